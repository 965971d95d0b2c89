#include <shop/events/cloud_event.hpp>

#include <shop/json/json.hpp>

namespace shop::events {
namespace {

constexpr std::size_t sequence_digits = 19;  // of the largest count that a store holds

/// The members in the order that people like to read them.
struct envelope {
    std::string specversion = "1.0";
    std::string id, source, type, subject, sequence;
    timestamp time;
    std::string datacontenttype = "application/json";
    event_data data;

    static constexpr auto fields() {
        using t = envelope;
        return std::tuple{required("specversion", &t::specversion),
                          required("id", &t::id),
                          required("source", &t::source),
                          required("type", &t::type),
                          required("subject", &t::subject),
                          required("sequence", &t::sequence),
                          required("time", &t::time),
                          required("datacontenttype", &t::datacontenttype),
                          required("data", &t::data)};
    }
};

}  // namespace

std::string cloud_event_id(event const& told) {
    return to_string(told.source) + '/' + told.subject + '/' + std::to_string(told.sequence);
}

std::string to_cloud_event(event const& told) {
    envelope made;
    made.id = cloud_event_id(told);
    made.source = "urn:uuid:" + to_string(told.source);
    made.type = told.type;
    made.subject = told.subject;
    made.sequence = std::to_string(told.sequence);
    if (made.sequence.size() < sequence_digits) made.sequence.insert(0, sequence_digits - made.sequence.size(), '0');
    made.time = told.time;
    made.data = told.data;
    return json::encode(made);
}

}  // namespace shop::events
