#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include <shop/http/message.hpp>

namespace shop::http::detail {

/// The Date header, rendered once a second.
class date_line {
public:
    /// `Date: Sun, 06 Nov 1994 08:49:37 GMT` with its line end.
    std::string_view now();

private:
    std::time_t second_ = -1;
    std::string line_;
};

/// What the head of an answer says beside the answer itself.
struct head_facts {
    bool close = false;
    bool http_1_0 = false;
    bool only_tls = false;  ///< the client is to come by TLS from now on (HSTS, RFC 6797)
    std::string_view id;
    std::string_view trace;
    std::string_view date;
};

/// Whether an answer of this status has no body, not even an empty one (RFC 9110, 6.4.1).
constexpr bool is_bodiless(unsigned status) {
    return status == 204 || status == 304;
}

/// Appends the head of an answer, with the empty line.
void append_head(std::string& out, response const& answer, head_facts const& facts);

}  // namespace shop::http::detail
