# A compiler cache and a quick linker for those who work on shop: found or left out, never required, and never imposed
# on a project that embeds shop.
if(NOT SHOP_FAST_TOOLS OR NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()

find_program(SHOP_CCACHE ccache)
if(SHOP_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${SHOP_CCACHE})
endif()

find_program(SHOP_MOLD mold)
find_program(SHOP_LLD ld.lld)
if(SHOP_MOLD)
  add_link_options(-fuse-ld=mold)
elseif(SHOP_LLD)
  add_link_options(-fuse-ld=lld)
endif()
