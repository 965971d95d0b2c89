#include "edge/page_files.hpp"

#ifdef SHOP_PAGE_FOLDER

// Bytes of a file between two symbols, and a zero behind them.
#define SHOP_PACK(name, file)                               \
    asm(".pushsection .rodata\n"                            \
        ".global shop_page_" #name "\nshop_page_" #name     \
        ":\n"                                               \
        ".incbin \"" SHOP_PAGE_FOLDER "/" file              \
        "\"\n"                                              \
        ".global shop_page_" #name "_end\nshop_page_" #name \
        "_end:\n.byte 0\n"                                  \
        ".popsection\n");                                   \
    extern "C" char const shop_page_##name[], shop_page_##name##_end[]

SHOP_PACK(script, "swagger-ui-bundle.js");
SHOP_PACK(style, "swagger-ui.css");
SHOP_PACK(licence, "LICENSE");
SHOP_PACK(notice, "NOTICE");

#endif

namespace shop_server {

page_files packed_page_files() {
#ifdef SHOP_PAGE_FOLDER
    return {{shop_page_script, shop_page_script_end},
            {shop_page_style, shop_page_style_end},
            {shop_page_licence, shop_page_licence_end},
            {shop_page_notice, shop_page_notice_end}};
#else
    return {};
#endif
}

}  // namespace shop_server
