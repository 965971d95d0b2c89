#include "edge/api_description.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <shop/http/openapi.hpp>

#include "edge/order_expansion.hpp"
#include "edge/page_files.hpp"

#ifndef SHOP_VERSION
#define SHOP_VERSION "0"
#endif

namespace shop_server {

namespace {

using shop::http::response;

/// Everything comes from this server. Swagger UI styles its parts one by one, and draws its icons from `data:`.
constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src "
    "'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

constexpr std::string_view page_text = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>shop: the API</title>
<link rel="stylesheet" href="docs/page.css">
</head>
<body>
<div id="api"></div>
<noscript>This page needs scripts; <a href="openapi.json">openapi.json</a> says the same.</noscript>
<script src="docs/page.js"></script>
<script src="docs/start.js"></script>
<p><small>Swagger UI: <a href="docs/LICENSE">licence</a>, <a href="docs/NOTICE">notice</a></small></p>
</body>
</html>
)";

constexpr std::string_view no_page_text = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<title>shop: the API</title>
</head>
<body>
<p>This build of shop-server has no page to read the API on: npm was not there when it was set up.
<a href="openapi.json">openapi.json</a> describes it, for any program that reads OpenAPI 3.1.</p>
</body>
</html>
)";

/// Starts the page. Without `validatorUrl` it would ask a server on the internet what it thinks of the document.
std::string start_script(bool can_try) {
    return std::string(
               "SwaggerUIBundle({url: 'openapi.json', dom_id: '#api', deepLinking: false, validatorUrl: null, "
               "docExpansion: 'list', defaultModelsExpandDepth: 0, supportedSubmitMethods: ") +
           (can_try ? "['get', 'put', 'post', 'delete', 'patch']" : "[]") + "});\n";
}

/// @param text a `std::string`, or a view of what is packed into the program
template <class Text>
std::function<response()> page_file(std::string_view type, Text text) {
    return [type, text = std::move(text)] {
        response out(200, std::string(text));
        out.content_type(type);
        out.add("Content-Security-Policy", page_policy);
        out.add("Referrer-Policy", "no-referrer");
        return out;
    };
}

}  // namespace

std::string describe_api(std::string server) {
    shop::http::openapi_options with;
    with.version = SHOP_VERSION;
    with.server = std::move(server);
    with.expansions.push_back(order_expansion::described());
    return shop::http::openapi_document(with);
}

void add_api_description(shop::http::resources& to, shop::http::audience whom, std::string server) {
    bool const can_try = server.starts_with('/');
    // Made when it is first asked for: a start is not to wait for it.
    to.add("/openapi.json", whom, [text = std::make_shared<std::string>(), server = std::move(server)] {
        if (text->empty()) *text = describe_api(server);
        return response(200, *text);
    });
    constexpr std::string_view html = "text/html; charset=utf-8", plain = "text/plain; charset=utf-8";
    auto const packed = packed_page_files();
    bool const has_page = !packed.script.empty();
    to.add("/docs", whom, page_file(html, has_page ? page_text : no_page_text));
    if (!has_page) return;
    to.add("/docs/page.js", whom, page_file("text/javascript; charset=utf-8", packed.script));
    to.add("/docs/page.css", whom, page_file("text/css; charset=utf-8", packed.style));
    to.add("/docs/start.js", whom, page_file("text/javascript; charset=utf-8", start_script(can_try)));
    to.add("/docs/LICENSE", whom, page_file(plain, packed.licence));
    to.add("/docs/NOTICE", whom, page_file(plain, packed.notice));
}

}  // namespace shop_server
