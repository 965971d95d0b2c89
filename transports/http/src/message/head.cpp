#include <algorithm>
#include <array>

#include <shop/http/detail/head.hpp>

#include "message/characters.hpp"
#include "message/host.hpp"

namespace shop::http::detail {
namespace {

using std::string_view;

fault malformed(string_view detail) {
    return {refusal::malformed_request, detail};
}

/// The fields that the server itself understands, or of which there must not be two.
enum class known : std::uint8_t {
    other,
    host,
    connection,
    content_length,
    transfer_encoding,
    expect,
    content_encoding,
    request_id,
    traceparent,
    authorization,
    content_type,
    if_match,
    forwarding,
    identity,  // `X-User-*`: what some proxies say of who asks; nobody is believed
};

known classify(string_view name) {
    auto either = [&](string_view wanted, known then) { return same_name(name, wanted) ? then : known::other; };
    auto starts = [&](string_view prefix) {
        return name.size() > prefix.size() && same_name(name.substr(0, prefix.size()), prefix);
    };
    if (starts("x-forwarded-")) return known::forwarding;
    if (starts("x-user-")) return known::identity;
    switch (name.size()) {
        case 3:
            return either("via", known::forwarding);
        case 4:
            return either("host", known::host);
        case 6:
            return either("expect", known::expect);
        case 8:
            return either("if-match", known::if_match);
        case 9:
            return same_name(name, "forwarded") ? known::forwarding : either("x-real-ip", known::forwarding);
        case 10:
            return either("connection", known::connection);
        case 11:
            return either("traceparent", known::traceparent);
        case 12:
            return same_name(name, "content-type") ? known::content_type : either("x-request-id", known::request_id);
        case 13:
            return either("authorization", known::authorization);
        case 14:
            return either("content-length", known::content_length);
        case 16:
            return either("content-encoding", known::content_encoding);
        case 17:
            return either("transfer-encoding", known::transfer_encoding);
        default:
            return known::other;
    }
}

std::optional<fault> judge_method(string_view method) {
    constexpr std::array<string_view, 7> served{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
    if (std::find(served.begin(), served.end(), method) != served.end()) return std::nullopt;
    if (method == "TRACE" || method == "CONNECT") {
        return fault{refusal::method_not_allowed, "TRACE and CONNECT are not served"};
    }
    return fault{refusal::not_implemented, "the method is unknown; methods are written in upper case"};
}

std::optional<fault> parse_request_line(string_view line, head_limits const& limits, head& out) {
    auto const method_end = line.find(' ');
    if (method_end == string_view::npos) return malformed("the request line is not METHOD TARGET HTTP/1.1");
    out.method = line.substr(0, method_end);
    line.remove_prefix(method_end + 1);
    auto const target_end = line.find(' ');
    if (std::min(target_end, line.size()) > limits.target_bytes_max) {
        return fault{refusal::target_too_long, "the request target is longer than the server reads"};
    }
    if (target_end == string_view::npos) return malformed("the request line has no HTTP version");
    out.target = line.substr(0, target_end);
    auto const version = line.substr(target_end + 1);

    if (out.method.empty() || !all(out.method, token_char)) return malformed("the method is not a token");
    if (out.target.empty() || !all(out.target, target_char)) {
        return malformed("the request target is empty or has characters that must be percent-encoded");
    }
    bool const is_version = version.size() == 8 && version.substr(0, 5) == "HTTP/" && is(version[5], digit_char) &&
                            version[6] == '.' && is(version[7], digit_char);
    if (!is_version) return malformed("the request line does not end in HTTP/1.1");
    out.http_1_0 = version == "HTTP/1.0";
    if (!out.http_1_0 && version != "HTTP/1.1") {
        return fault{refusal::version_not_supported, "the server speaks HTTP/1.1 and HTTP/1.0"};
    }
    out.keep_alive = !out.http_1_0;
    return judge_method(out.method);
}

/// A valid traceparent of version 00 (W3C Trace Context, 3.2).
bool is_traceparent(string_view text) {
    if (text.size() != 55 || text.substr(0, 3) != "00-" || text[35] != '-' || text[52] != '-') return false;
    auto is_id = [](string_view id) {
        auto lower_hex = [](char c) { return is(c, hex_char) && c == lower(c); };
        return std::all_of(id.begin(), id.end(), lower_hex);
    };
    auto const trace = text.substr(3, 32), parent = text.substr(36, 16);
    return is_id(trace) && is_id(parent) && is_id(text.substr(53)) &&
           trace.find_first_not_of('0') != string_view::npos && parent.find_first_not_of('0') != string_view::npos;
}

bool is_request_id(string_view text) {
    auto visible = [](char c) { return c > 0x20 && c < 0x7f; };
    return text.size() <= 128 && std::all_of(text.begin(), text.end(), visible);
}

/// What the fields of one head say together.
class field_reader {
public:
    explicit field_reader(head& out) : out_(out) {}

    std::optional<fault> read(string_view line) {
        auto const colon = line.find(':');
        if (colon == string_view::npos) return malformed("a header line has no colon");
        header const field{line.substr(0, colon), trimmed(line.substr(colon + 1))};
        if (field.name.empty() || !all(field.name, token_char)) {
            return malformed("a header name is empty or not a token; no space may stand before it or its colon");
        }
        if (field.name.find('_') != string_view::npos) {
            return malformed("a header name has an underscore, which others read as a hyphen");
        }
        if (!all(field.value, value_char)) {
            return malformed("a header value has a control character");
        }
        return understand(field);
    }

    std::optional<fault> finish() {
        if (auto wrong = judge_host()) return wrong;
        if (auto wrong = judge_length()) return wrong;
        bool const no_body = out_.method == "GET" || out_.method == "HEAD" || out_.method == "DELETE";
        if (no_body && out_.has_body()) return malformed("GET, HEAD and DELETE have no body");
        if (says_close_) out_.keep_alive = false;
        if (expects_other_) return fault{refusal::expectation_failed, "only `Expect: 100-continue` is understood"};
        return std::nullopt;
    }

private:
    std::optional<fault> understand(header const& field) {
        auto const what = classify(field.name);
        if (what == known::identity) return std::nullopt;
        if (what == known::forwarding) {
            out_.forwarding.push_back(field);
            return std::nullopt;
        }
        out_.headers.push_back(field);
        if (what == known::other) return std::nullopt;

        auto const bit = 1u << static_cast<unsigned>(what);
        bool const again = (seen_ & bit) != 0;
        seen_ |= bit;
        switch (what) {
            case known::connection:
                return read_connection(field.value);
            case known::request_id:
                if (!again && is_request_id(field.value)) out_.request_id = field.value;
                return std::nullopt;
            case known::traceparent:
                out_.trace = !again && is_traceparent(field.value) ? field.value : string_view{};
                return std::nullopt;
            case known::content_encoding:
                out_.encoded |= !same_name(field.value, "identity");
                return std::nullopt;
            case known::expect:
                expects_other_ |= !same_name(field.value, "100-continue");
                out_.expects_continue = !out_.http_1_0;
                return std::nullopt;
            case known::transfer_encoding:
                if (again) return malformed("there are two Transfer-Encoding headers");
                if (seen(known::content_length)) return malformed("there are Content-Length and Transfer-Encoding");
                coding_ = field.value;
                return std::nullopt;
            case known::host:
                host_ = field.value;
                break;
            case known::content_length:
                length_ = field.value;
                break;
            case known::authorization:
            case known::content_type:
            case known::if_match:
                break;
            case known::other:
            case known::forwarding:
            case known::identity:
                return std::nullopt;
        }
        if (again) return malformed("a header that has one value occurs twice");
        return std::nullopt;
    }

    std::optional<fault> read_connection(string_view value) {
        for (;;) {
            auto const comma = value.find(',');
            auto const option = trimmed(value.substr(0, comma));
            if (same_name(option, "close")) says_close_ = true;
            if (same_name(option, "keep-alive")) out_.keep_alive = true;
            if (!all(option, token_char)) return malformed("the Connection header is no list of tokens");
            if (comma == string_view::npos) return std::nullopt;
            value.remove_prefix(comma + 1);
        }
    }

    std::optional<fault> judge_host() {
        if (!seen(known::host)) {
            if (out_.http_1_0) return read_target({});
            return malformed("there is no Host header");
        }
        if (!is_host(host_)) return malformed("the Host header is not HOST or HOST:PORT");
        return read_target(host_);
    }

    /// Path and query of the target, in whichever of its forms.
    std::optional<fault> read_target(string_view host) {
        auto rest = out_.target;
        if (rest == "*" && out_.method == "OPTIONS") {
            out_.path = rest;
            return std::nullopt;
        }
        if (rest.front() != '/') {
            auto const scheme_end = rest.find("://");
            auto const scheme = rest.substr(0, std::min(scheme_end, rest.size()));
            if (scheme_end == string_view::npos || !(same_name(scheme, "http") || same_name(scheme, "https"))) {
                return malformed("the request target is no path");
            }
            rest.remove_prefix(scheme_end + 3);
            auto const authority = rest.substr(0, rest.find_first_of("/?"));
            if (!same_name(authority, host)) return malformed("the request target names another host than Host");
            rest.remove_prefix(authority.size());
        }
        auto const mark = rest.find('?');
        out_.path = rest.substr(0, mark);
        if (out_.path.empty()) out_.path = "/";
        if (mark != string_view::npos) out_.query = rest.substr(mark + 1);
        return std::nullopt;
    }

    std::optional<fault> judge_length() {
        if (seen(known::transfer_encoding)) {
            if (out_.http_1_0) return malformed("HTTP/1.0 has no Transfer-Encoding");
            if (!same_name(coding_, "chunked")) {
                return fault{refusal::not_implemented, "the only transfer coding understood is `chunked`"};
            }
            if (seen(known::content_length)) return malformed("there are Content-Length and Transfer-Encoding");
            out_.chunked = true;
            return std::nullopt;
        }
        if (!seen(known::content_length)) return std::nullopt;
        bool const leading_zero = length_.size() > 1 && length_.front() == '0';
        // 18 digits cannot overflow; any body limit is far below.
        if (length_.empty() || length_.size() > 18 || !all(length_, digit_char) || leading_zero) {
            return malformed("Content-Length is not one plain decimal number");
        }
        for (char c : length_) out_.content_length = out_.content_length * 10 + static_cast<unsigned>(c - '0');
        return std::nullopt;
    }

    bool seen(known what) const { return (seen_ & (1u << static_cast<unsigned>(what))) != 0; }

    head& out_;
    unsigned seen_ = 0;
    string_view host_;
    string_view length_;
    string_view coding_;
    bool says_close_ = false;
    bool expects_other_ = false;
};

}  // namespace

bool same_name(string_view a, string_view b) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool is_token(string_view text) {
    return !text.empty() && all(text, token_char);
}

void head::clear() {
    auto memory = std::move(headers), more = std::move(forwarding);
    memory.clear();
    more.clear();
    *this = head{};
    headers = std::move(memory);
    forwarding = std::move(more);
}

head_scanner::state head_scanner::refuse(fault f) {
    why_ = f;
    return state::refused;
}

head_scanner::state head_scanner::scan(string_view bytes, head_limits const& limits) {
    for (;;) {
        auto const end = bytes.find('\n', scanned_ + searched_);
        if (end == string_view::npos) break;
        if (end >= limits.head_bytes_max) break;
        if (end == scanned_ || bytes[end - 1] != '\r') return refuse(malformed("a line does not end in CR LF"));
        bool const empty = end - 1 == scanned_;
        searched_ = 0;
        if (scanned_ == 0) {
            if (empty) return refuse(malformed("an empty line stands before the request"));
            first_line_ = end - 1;
        }
        scanned_ = end + 1;
        if (empty) return state::complete;
    }
    searched_ = bytes.size() - scanned_;
    if (first_line_ != 0 && !first_line_judged_) {
        // At once: a client of another protocol may never send the rest.
        first_line_judged_ = true;
        head ignored;
        if (auto wrong = parse_request_line(bytes.substr(0, first_line_), limits, ignored)) return refuse(*wrong);
    }
    if (bytes.size() < limits.head_bytes_max) return state::incomplete;
    if (first_line_ == 0 && bytes.find(' ') < 32) {
        return refuse({refusal::target_too_long, "the request target is longer than the server reads"});
    }
    return refuse({refusal::head_too_large, "the request head is larger than the server reads"});
}

std::optional<fault> parse_head(string_view bytes, head_limits const& limits, head& out) {
    out.clear();
    auto line_end = bytes.find("\r\n");
    if (auto wrong = parse_request_line(bytes.substr(0, line_end), limits, out)) return wrong;
    bytes.remove_prefix(line_end + 2);

    field_reader fields(out);
    for (std::size_t count = 0; (line_end = bytes.find("\r\n")) != 0; ++count) {
        if (line_end == string_view::npos) return malformed("the head does not end in an empty line");
        if (count == limits.fields_max)
            return fault{refusal::head_too_large, "there are more headers than the server reads"};
        auto const line = bytes.substr(0, line_end);
        if (line.front() == ' ' || line.front() == '\t') return malformed("a header line begins with white space");
        if (auto wrong = fields.read(line)) return wrong;
        bytes.remove_prefix(line_end + 2);
    }
    return fields.finish();
}

}  // namespace shop::http::detail
