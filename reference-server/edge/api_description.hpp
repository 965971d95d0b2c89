#pragma once

#include <string>

#include <shop/http/resources.hpp>

namespace shop_server {

/// The public API of this program as an OpenAPI 3.1 document.
/// @param server what stands before `/v1`: an address, or the base path, or `/`
std::string describe_api(std::string server);

/// Adds `/openapi.json` and `/docs`, a page on which people read it. Neither asks anything of another machine.
/// @param server as `describe_api` has it. Where it is a path, the page can try the operations, too.
void add_api_description(shop::http::resources& to, shop::http::audience whom, std::string server);

}  // namespace shop_server
