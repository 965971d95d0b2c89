#include "access_log.hpp"

#include <algorithm>
#include <string>

#include "trace_context.hpp"

namespace shop_server {

namespace {

/// Milliseconds with three decimals: the microseconds, without a detour over floating point.
std::string in_milliseconds(std::chrono::nanoseconds took) {
    auto const us = std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count(), 0);
    auto out = std::to_string(us / 1000);
    auto const decimals = std::to_string(us % 1000);
    out += '.';
    out.append(3 - decimals.size(), '0');
    return out += decimals;
}

/// A query may hold anything, a token, too.
std::string_view without_query(std::string_view path) {
    return path.substr(0, std::min(path.find_first_of("?#"), logged_path_bytes_max));
}

}  // namespace

void access_log::write(answered_request const& what) {
    auto const level = what.status >= 500 ? shop::severity::warning : shop::severity::info;
    if (!to_->wants(level)) return;
    to_->write(level, "request",
               {{"method", std::string(what.method)},
                {"path", std::string(without_query(what.path))},
                {"status", std::to_string(what.status)},
                {"duration_ms", in_milliseconds(what.took)},
                {"bytes", std::to_string(what.bytes)},
                {"operation", std::string(what.operation)},
                {"account", std::string(what.account)},
                {"request_id", std::string(what.id)},
                {"trace_id", std::string(trace_of(what.trace))},
                {"client", std::string(what.client)},
                {"peer", std::string(what.peer)}});
}

void access_log::write(answered_item const& what) {
    if (!to_->wants(shop::severity::info)) return;
    to_->write(shop::severity::info, "item",
               {{"operation", std::string(what.operation)},
                {"failure", std::string(what.failure)},
                {"duration_ms", in_milliseconds(what.took)},
                {"account", std::string(what.account)},
                {"request_id", std::string(what.id)},
                {"trace_id", std::string(trace_of(what.trace))}});
}

}  // namespace shop_server
