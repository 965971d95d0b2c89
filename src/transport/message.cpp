#include <shop/transport/message.hpp>

#include <algorithm>
#include <chrono>

#include <shop/json/json.hpp>

namespace shop::transport {

std::string join_items(std::vector<outgoing> const& items, steady_time now) {
    std::size_t bytes = 0;
    for (auto const& item : items) bytes += item.text.size() + 32;
    std::string out;
    out.reserve(bytes);
    for (auto const& item : items) {
        out += '{';
        if (item.deadline != steady_time::max()) {
            auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(item.deadline - now).count();
            out += "\"timeout_ms\":";
            json::append_number(out, std::max<std::int64_t>(left, 1));
            out += ',';
        }
        out += item.text;
        out += '\n';
    }
    return out;
}

result<std::vector<std::string_view>> split_lines(std::string_view text, std::size_t wanted) {
    std::vector<std::string_view> lines;
    lines.reserve(wanted);
    while (!text.empty() && lines.size() <= wanted) {
        auto const end = text.find('\n');
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    if (lines.size() != wanted) {
        return error(error_code::outcome_unknown, "the service answered another number of items than it was asked");
    }
    return lines;
}

}  // namespace shop::transport
