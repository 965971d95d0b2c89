# libpqxx has no package config on Debian 12: PQXX::pqxx from header and library, with the libpq below it.
find_path(PQXX_INCLUDE_DIR pqxx/pqxx)
find_library(PQXX_LIBRARY pqxx)
find_package(PostgreSQL QUIET)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(PQXX REQUIRED_VARS PQXX_LIBRARY PQXX_INCLUDE_DIR PostgreSQL_FOUND)
if(PQXX_FOUND AND NOT TARGET PQXX::pqxx)
  add_library(PQXX::pqxx UNKNOWN IMPORTED)
  set_target_properties(PQXX::pqxx PROPERTIES
    IMPORTED_LOCATION ${PQXX_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${PQXX_INCLUDE_DIR}
    INTERFACE_LINK_LIBRARIES PostgreSQL::PostgreSQL)
endif()
mark_as_advanced(PQXX_INCLUDE_DIR PQXX_LIBRARY)
