#include <algorithm>

#include <boost/json/array.hpp>

#include <shop/events/event.hpp>

#include "rest/openapi_parts.hpp"

/// The events that webhooks are told, as an OpenAPI document describes them.
namespace shop::http::detail {

namespace {

using std::string;
using std::string_view;

constexpr string_view event_type = "application/cloudevents+json";

string subject(bool of_order) {
    return of_order ? "0197f0a0-5d1c-7000-8f6e-3b0e8a0c1d2e" : "MUG-9";
}

tree::object webhook_of(told_event const& of) {
    bool const of_order = of.about == events::about_order;
    tree::object data{{"status", of.status}};
    if (of_order) {
        data["customer_id"] = "ann";
    } else {
        data["available"] = of.status == "in_stock" ? 8 : of.status == "low_stock" ? 2 : 0;
    }
    tree::object example{{"specversion", "1.0"},
                         {"id", "0197f0a0-5d1c-7000-8f6e-3b0e8a0c1d2f/" + subject(of_order) + "/2"},
                         {"source", "urn:uuid:0197f0a0-5d1c-7000-8f6e-3b0e8a0c1d2f"},
                         {"type", of.type},
                         {"subject", subject(of_order)},
                         {"sequence", "0000000000000000002"},
                         {"time", "2026-03-01T09:30:00.004Z"},
                         {"datacontenttype", json_type},
                         {"data", std::move(data)}};
    tree::object schema{{"allOf", tree::array{reference("schemas", "cloud_event"),
                                              {{"type", "object"}, {"properties", {{"type", {{"const", of.type}}}}}}}}};
    auto words = string(of.status);
    std::ranges::replace(words, '_', ' ');
    return {{"post",
             {{"operationId", of.type},
              {"tags", tree::array{"events"}},
              {"summary", (of_order ? "An order is " : "A sku is ") + words},
              {"description", of_order ? "`subject` is the order's id, `sequence` its version, as a text that sorts."
                                       : "`subject` is the sku, `sequence` counts what is told of it, as a text that "
                                         "sorts."},
              {"security", tree::array{}},
              {"parameters",
               tree::array{reference("parameters", "webhook_id"), reference("parameters", "webhook_timestamp"),
                           reference("parameters", "webhook_signature")}},
              {"requestBody",
               {{"required", true}, {"content", content(event_type, std::move(schema), std::move(example))}}},
              {"responses",
               {{"204", {{"description", "Taken; any other 2xx says so, too."}}},
                {"410", {{"description", "Not wanted any more: nothing is sent to this address again."}}},
                {"4XX", {{"description", "Not taken; it is sent again, later."}}},
                {"5XX", {{"description", "Not taken; it is sent again, later."}}}}}}}};
}
void add_event_parts(openapi_parts& to) {
    auto const text = [](string_view about) { return tree::object{{"type", "string"}, {"description", about}}; };
    auto sequence = text("The version of the subject that it made: 19 digits, so that texts sort as numbers.");
    sequence["pattern"] = "^[0-9]{19}$";
    to.schemas["cloud_event"] = {
        {"type", "object"},
        {"description",
         "An event in the JSON format of CloudEvents 1.0. `source` and `id` together name it for ever: "
         "repeats have the same. Ignore types and members that you do not know."},
        {"properties",
         {{"specversion", {{"type", "string"}, {"const", "1.0"}}},
          {"id", text("Equal over all tries.")},
          {"source", text("The store that says it, as a URN.")},
          {"type", text("What happened, and the version of the data.")},
          {"subject", text("What it happened to.")},
          {"sequence", std::move(sequence)},
          {"time", reference("schemas", "time")},
          {"datacontenttype", {{"type", "string"}, {"const", json_type}}},
          {"data", reference("schemas", "event_data")}}},
        {"required",
         tree::array{"specversion", "id", "source", "type", "subject", "sequence", "time", "datacontenttype", "data"}}};
    auto const add = [&](string_view component, string_view name, string_view about, string_view example) {
        to.parameters[component] = {{"name", name},
                                    {"in", "header"},
                                    {"required", true},
                                    {"description", about},
                                    {"schema", {{"type", "string"}}},
                                    {"example", example}};
    };
    add("webhook_id", "webhook-id", "Of the message; equal over all tries.", "0197f0a0-5d1c-7000-8f6e-3b0e8a0c1d30");
    add("webhook_timestamp", "webhook-timestamp", "When this try was made, in seconds since 1970.", "1772357400");
    add("webhook_signature", "webhook-signature", "`v1,` and the signature in base64; two while a secret is rotated.",
        "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=");
}

}  // namespace

tree::object add_webhooks(openapi_parts& to) {
    add_event_parts(to);
    tree::object out;
    for (auto const& one : told_events()) out[one.type] = webhook_of(one);
    return out;
}

}  // namespace shop::http::detail
