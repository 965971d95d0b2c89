# libpqxx has no package config on Debian: libpqxx::pqxx from header and library, named as its own package config does.
find_package(PostgreSQL 14 QUIET) # it is built on libpq
find_path(libpqxx_INCLUDE_DIR pqxx/pqxx)
find_library(libpqxx_LIBRARY pqxx)
if(libpqxx_INCLUDE_DIR)
  file(STRINGS ${libpqxx_INCLUDE_DIR}/pqxx/version.hxx libpqxx_VERSION REGEX "define PQXX_VERSION \"")
  string(REGEX REPLACE ".*\"(.*)\".*" "\\1" libpqxx_VERSION "${libpqxx_VERSION}")
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(libpqxx REQUIRED_VARS libpqxx_LIBRARY libpqxx_INCLUDE_DIR PostgreSQL_FOUND
  VERSION_VAR libpqxx_VERSION)
if(libpqxx_FOUND AND NOT TARGET libpqxx::pqxx)
  add_library(libpqxx::pqxx UNKNOWN IMPORTED)
  set_target_properties(libpqxx::pqxx PROPERTIES IMPORTED_LOCATION ${libpqxx_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${libpqxx_INCLUDE_DIR} INTERFACE_LINK_LIBRARIES PostgreSQL::PostgreSQL)
endif()
mark_as_advanced(libpqxx_INCLUDE_DIR libpqxx_LIBRARY)
