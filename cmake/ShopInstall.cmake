# Installs the components of this build. Each has an export set of its own, so that an outside project loads only those
# it names, and needs only their dependencies:
#   find_package(shop REQUIRED COMPONENTS sqlite)    # always with shop::shop
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/shop)
get_property(SHOP_COMPONENTS GLOBAL PROPERTY SHOP_COMPONENTS)

# Headers of a component that is not in this build stay at home.
set(headers_left_out)
if(NOT SHOP_SQLITE)
  list(APPEND headers_left_out PATTERN "storage/sqlite.hpp" EXCLUDE)
endif()
if(NOT SHOP_POSTGRES)
  list(APPEND headers_left_out PATTERN "storage/postgres.hpp" EXCLUDE)
endif()
if(NOT SHOP_TESTING)
  list(APPEND headers_left_out PATTERN "shop/testing" EXCLUDE)
endif()

foreach(component ${SHOP_COMPONENTS})
  set(target shop_${component})
  if(component STREQUAL "shop")
    set(target shop)
  endif()
  install(TARGETS ${target} EXPORT shop-${component} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT shop-${component} NAMESPACE shop:: FILE shop-${component}-targets.cmake DESTINATION ${package_dir})
  get_property(include_dirs GLOBAL PROPERTY SHOP_INCLUDE_${component})
  foreach(dir ${include_dirs})
    install(DIRECTORY ${dir}/shop DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp" ${headers_left_out})
  endforeach()
endforeach()

if(TARGET shop-server)
  install(TARGETS shop-server RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/shopConfig.cmake.in ${PROJECT_BINARY_DIR}/shopConfig.cmake
  INSTALL_DESTINATION ${package_dir})
# 0.x: a new minor version may break.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/shopConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/shopConfig.cmake ${PROJECT_BINARY_DIR}/shopConfigVersion.cmake
  ${CMAKE_CURRENT_LIST_DIR}/FindxxHash.cmake ${CMAKE_CURRENT_LIST_DIR}/Findlibpqxx.cmake DESTINATION ${package_dir})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
