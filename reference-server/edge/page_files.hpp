#pragma once

#include <string_view>

namespace shop_server {

/// What the page of `/docs` is made of: Swagger UI, as it was when this program was built.
struct page_files {
    std::string_view script, style, licence, notice;
};

/// Empty texts in a build without the page.
page_files packed_page_files();

}  // namespace shop_server
