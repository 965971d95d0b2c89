#include <algorithm>
#include <limits>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include <shop/http/detail/head.hpp>

#include "message/characters.hpp"
#include "message/host.hpp"

// Heads are read by Beast's parser. What it accepts and a proxy in front may read in another way is refused here:
// before it by `head_scanner`, afterwards by what each field says, and all of them together.

namespace shop::http::detail {
namespace {

using std::string_view;
namespace beast_http = boost::beast::http;
using http_field = beast_http::field;
using http_error = beast_http::error;

string_view view(boost::beast::string_view text) {
    return {text.data(), text.size()};
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

/// Of those that Beast does not know by name.
known classify(string_view name) {
    auto starts = [&](string_view prefix) {
        return name.size() > prefix.size() && same_name(name.substr(0, prefix.size()), prefix);
    };
    if (same_name(name, "traceparent")) return known::traceparent;
    if (name.size() < 2 || lower(name[0]) != 'x' || name[1] != '-') return known::other;
    if (same_name(name, "x-request-id")) return known::request_id;
    if (same_name(name, "x-real-ip") || starts("x-forwarded-")) return known::forwarding;
    return starts("x-user-") ? known::identity : known::other;
}

known classify(http_field which, string_view name) {
    switch (which) {
        case http_field::host:
            return known::host;
        case http_field::connection:
            return known::connection;
        case http_field::content_length:
            return known::content_length;
        case http_field::transfer_encoding:
            return known::transfer_encoding;
        case http_field::expect:
            return known::expect;
        case http_field::content_encoding:
            return known::content_encoding;
        case http_field::authorization:
            return known::authorization;
        case http_field::content_type:
            return known::content_type;
        case http_field::if_match:
            return known::if_match;
        case http_field::forwarded:
        case http_field::via:
            return known::forwarding;
        case http_field::unknown:
            return classify(name);
        default:
            return known::other;
    }
}

std::optional<fault> judge_method(beast_http::verb method) {
    using beast_http::verb;
    switch (method) {
        case verb::get:
        case verb::head:
        case verb::post:
        case verb::put:
        case verb::patch:
        case verb::delete_:
        case verb::options:
            return std::nullopt;
        case verb::trace:
        case verb::connect:
            return fault{refusal::method_not_allowed, "TRACE and CONNECT are not served"};
        default:
            return fault{refusal::not_implemented, "the method is unknown; methods are written in upper case"};
    }
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

    std::optional<fault> read(http_field which, header const& field) {
        if (field.name.find('_') != string_view::npos) {
            return malformed("a header name has an underscore, which others read as a hyphen");
        }
        if (!all(field.value, value_char)) return malformed("a header value has a control character");
        return understand(classify(which, field.name), field);
    }

    /// @param keep_alive as Beast reads the Connection headers
    std::optional<fault> finish(bool keep_alive) {
        out_.keep_alive = keep_alive && !says_close_;  // of HTTP/1.0 that says both, Beast goes on
        if (auto wrong = judge_host()) return wrong;
        if (auto wrong = judge_length()) return wrong;
        bool const no_body = out_.method == "GET" || out_.method == "HEAD" || out_.method == "DELETE";
        if (no_body && out_.has_body()) return malformed("GET, HEAD and DELETE have no body");
        if (expects_other_) return fault{refusal::expectation_failed, "only `Expect: 100-continue` is understood"};
        return std::nullopt;
    }

private:
    std::optional<fault> understand(known what, header const& field) {
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
                for (auto const& option : beast_http::token_list({field.value.data(), field.value.size()})) {
                    says_close_ |= same_name(view(option), "close");
                }
                return std::nullopt;
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

/// Whether a request line ends in some version of HTTP.
bool names_version(string_view line) {
    auto const version = line.substr(std::min(line.rfind(' '), line.size() - 1) + 1);
    return version.size() == 8 && version.starts_with("HTTP/") && is(version[5], digit_char) && version[6] == '.' &&
           is(version[7], digit_char);
}

/// What Beast refuses, in words of what to mend.
fault fault_of(boost::system::error_code const& ec, string_view bytes) {
    if (ec == http_error::bad_method) return malformed("the method is not a token");
    if (ec == http_error::bad_target) {
        return malformed(
            "the request line is not METHOD TARGET HTTP/1.1, or its target has characters that must be "
            "percent-encoded");
    }
    if (ec == http_error::bad_version) {
        if (!names_version(bytes.substr(0, bytes.find('\r')))) {
            return malformed("the request line does not end in HTTP/1.1");
        }
        return {refusal::version_not_supported, "the server speaks HTTP/1.1 and HTTP/1.0"};
    }
    if (ec == http_error::bad_field) {
        return malformed(
            "a header line has no colon, or its name is empty or not a token; no space may stand before it "
            "or its colon");
    }
    if (ec == http_error::bad_value)
        return malformed("a header value has a control character, or is no list of tokens");
    if (ec == http_error::bad_content_length || ec == http_error::multiple_content_length) {
        return malformed("Content-Length is not one plain decimal number, or stands beside Transfer-Encoding");
    }
    if (ec == http_error::bad_transfer_encoding) {
        return malformed("there are two Transfer-Encoding headers, or one beside Content-Length");
    }
    return malformed("a line does not end in CR LF");
}

/// Reads one head, or its first line.
class head_parser final : public beast_http::basic_parser<true> {
public:
    head_parser(head_limits const& limits, head& out) : limits_(limits), out_(out), fields_(out) {
        header_limit(std::numeric_limits<std::uint32_t>::max());  // the scanner knew better
        skip(true);
    }

    std::optional<fault> read(string_view bytes) {
        boost::system::error_code ec;
        put({bytes.data(), bytes.size()}, ec);
        if (wrong_) return wrong_;
        if (ec && ec != http_error::need_more) return fault_of(ec, bytes);
        return std::nullopt;
    }
    std::optional<fault> finish() {
        if (!is_header_done()) return malformed("the head does not end in an empty line");
        return fields_.finish(keep_alive());
    }

private:
    using error_code = boost::system::error_code;
    using text = boost::beast::string_view;

    void refuse(fault why, error_code& ec) {
        wrong_ = why;
        ec = http_error::end_of_stream;  // any: `wrong_` goes first
    }

    void on_request_impl(beast_http::verb method, text name, text target, int version, error_code& ec) override {
        out_.method = view(name);
        out_.target = view(target);
        out_.http_1_0 = version == 10;
        if (target.size() > limits_.target_bytes_max) {
            return refuse({refusal::target_too_long, "the request target is longer than the server reads"}, ec);
        }
        if (!all(out_.target, target_char)) {
            return refuse(malformed("the request target has characters that must be percent-encoded"), ec);
        }
        if (auto wrong = judge_method(method)) refuse(*wrong, ec);
    }
    void on_field_impl(http_field which, text name, text value, error_code& ec) override {
        if (++count_ > limits_.fields_max) {
            return refuse({refusal::head_too_large, "there are more headers than the server reads"}, ec);
        }
        if (auto wrong = fields_.read(which, {view(name), view(value)})) refuse(*wrong, ec);
    }
    void on_header_impl(error_code&) override {}
    void on_finish_impl(error_code&) override {}
    // Of answers and of bodies: never here.
    void on_response_impl(int, text, int, error_code&) override {}
    void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
    std::size_t on_body_impl(text, error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, text, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, text, error_code&) override { return 0; }

    head_limits const& limits_;
    head& out_;
    field_reader fields_;
    std::size_t count_ = 0;
    std::optional<fault> wrong_;
};

/// @param line with its line end
std::optional<fault> parse_request_line(string_view line, head_limits const& limits) {
    head ignored;
    return head_parser(limits, ignored).read(line);
}

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
        if (auto wrong = parse_request_line(bytes.substr(0, first_line_ + 2), limits)) return refuse(*wrong);
    }
    if (bytes.size() < limits.head_bytes_max) return state::incomplete;
    if (first_line_ == 0 && bytes.find(' ') < 32) {
        return refuse({refusal::target_too_long, "the request target is longer than the server reads"});
    }
    return refuse({refusal::head_too_large, "the request head is larger than the server reads"});
}

std::optional<fault> parse_head(string_view bytes, head_limits const& limits, head& out) {
    out.clear();
    // Beast would join them to the line before.
    if (bytes.find("\r\n ") != string_view::npos || bytes.find("\r\n\t") != string_view::npos) {
        return malformed("a header line begins with white space");
    }
    head_parser parser(limits, out);
    if (auto wrong = parser.read(bytes)) return wrong;
    return parser.finish();
}

}  // namespace shop::http::detail
