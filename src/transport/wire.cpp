#include "wire.hpp"

#include <algorithm>

namespace shop::transport {

void write_call(std::string& out, shop::call const& call) {
    auto const& by = *call.by;
    out += "\"by\":";
    json::append(out, told_principal{by.account, by.scopes, by.customer_id});
    out += ',';
    if (!call.idempotency_key.empty()) {
        out += "\"key\":";
        json::append_string(out, call.idempotency_key);
        out += ',';
    }
    if (!call.trace.empty()) {
        out += "\"trace\":";
        json::append_string(out, call.trace);
        out += ',';
    }
    if (!call.request_id.empty()) {
        out += "\"request_id\":";
        json::append_string(out, call.request_id);
        out += ',';
    }
}

shop::call to_call(told_call told, steady_time now) {
    static auto const nobody = std::make_shared<principal const>();
    shop::call out(nobody);
    if (told.by) {
        out.by = std::make_shared<principal const>(
            principal{std::move(told.by->account), std::move(told.by->scopes), std::move(told.by->customer)});
    }
    out.idempotency_key = std::move(told.key);
    out.trace = std::move(told.trace);
    out.request_id = std::move(told.request_id);
    if (told.timeout_ms) {
        auto const most = static_cast<std::uint64_t>(limits::deadline_default.count());
        out.deadline = now + std::chrono::milliseconds(std::min(*told.timeout_ms, most));
    }
    return out;
}

void write_error(std::string& out, error const& e) {
    json::append(out, told_error{std::string(e.word()), e.details(), e.details().replayed});
}

error to_error(told_error told) {
    auto const row =
        std::find_if(error_table.begin(), error_table.end(), [&](auto const& r) { return r.word == told.code; });
    // A word of a newer service: what it means cannot be known here.
    auto const code = row == error_table.end() ? error_code::internal : row->code;
    error const out(code, std::move(told.details));
    return told.replayed ? out.as_replay() : out;
}

}  // namespace shop::transport
