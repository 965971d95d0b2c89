#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <shop/http/message.hpp>
#include <shop/http/problem.hpp>

/// The framing guard: pure functions over the raw bytes of a request head. One strict reading of RFC 9112; whatever a
/// proxy in front could read in another way is refused, not repaired.
namespace shop::http::detail {

/// Why a request is refused.
struct fault {
    refusal kind = refusal::malformed_request;
    std::string_view detail;     ///< static text
    std::size_t most_bytes = 0;  ///< of what is too large, if that is to be said
};
inline fault malformed(std::string_view detail) {
    return {refusal::malformed_request, detail};
}

struct head_limits {
    std::size_t head_bytes_max;
    std::size_t fields_max;
    std::size_t target_bytes_max;
};

/// The parsed head. Views point into the bytes it was parsed from.
struct head {
    std::string_view method;
    std::string_view target;
    std::string_view path;
    std::string_view query;
    std::string_view request_id;  ///< printable, at most 128 characters; else empty
    std::string_view trace;       ///< a valid traceparent, or empty
    std::vector<header>
        headers;  ///< without those of `forwarding`, and without what nobody but a server may say (`X-User-*`)
    std::vector<header> forwarding;  ///< what proxies say of the way of the request
    std::uint64_t content_length = 0;
    bool chunked = false;
    bool http_1_0 = false;
    bool keep_alive = false;
    bool expects_continue = false;
    bool encoded = false;  ///< the body has a content coding

    bool has_body() const { return chunked || content_length > 0; }
    /// Forgets everything but the memory of its fields.
    void clear();
};

/// Finds the end of a head in bytes that arrive in pieces.
class head_scanner {
public:
    enum class state { incomplete, complete, refused };

    /// @param bytes all bytes from the start of the request: those of the last call, and what came since.
    state scan(std::string_view bytes, head_limits const& limits);

    /// How long the complete head is, with its empty line.
    std::size_t length() const { return scanned_; }
    fault const& why() const { return why_; }

private:
    state refuse(fault f);

    std::size_t scanned_ = 0;     // behind the last line end seen
    std::size_t searched_ = 0;    // how far behind scanned_ there is no line end
    std::size_t first_line_ = 0;  // its length, once it is whole
    bool first_line_judged_ = false;
    fault why_;
};

/// Parses a complete head.
/// @param bytes from the first byte to the end of the empty line.
/// @return what is wrong with it; nothing if all is well. `out` is then complete.
std::optional<fault> parse_head(std::string_view bytes, head_limits const& limits, head& out);

/// Whether two names are equal without regard to case (ASCII).
bool same_name(std::string_view a, std::string_view b);

/// Whether it is a token (RFC 9110, 5.6.2).
bool is_token(std::string_view text);

}  // namespace shop::http::detail
