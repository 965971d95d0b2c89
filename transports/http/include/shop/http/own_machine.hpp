#pragma once

#include <string_view>

#include <shop/http/message.hpp>

/// Whether a request is meant for this machine, by the names it shows.
namespace shop::http {

/// Whether a host, with or without a port, is one of this machine whatever a resolver says: `localhost`, a name below
/// it (RFC 6761, 6.3), or a loopback address.
bool is_loopback_host(std::string_view host);

/// Whether an origin, as browsers send it (RFC 6454), is a page of this machine; `null` is none.
bool is_loopback_origin(std::string_view origin);

/// Whether a request names nobody but this machine, in `Host` and in `Origin`.
///
/// That a request comes from loopback does not say so: a browser on this machine sends what a page of anybody tells it
/// to, and a name of that page's own may resolve to a loopback address (DNS rebinding). It names the page, though.
/// Without `Host` (HTTP/1.0) no browser has sent it.
bool names_this_machine(request const& head);

}  // namespace shop::http
