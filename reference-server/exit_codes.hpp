#pragma once

namespace shop_server {

/// How the program ends; the numbers of sysexits.h where they fit. `docs/operating.md` lists them.
enum exit_code : int {
    exit_ok = 0,
    exit_failure = 1,     ///< violations were found, rows were bad, something broke
    exit_usage = 64,      ///< the command line is not understood
    exit_bad_data = 65,   ///< a store or a file is not what it should be: no database, damaged, without header
    exit_no_input = 66,   ///< a file to read is not there
    exit_io = 74,         ///< reading or writing failed
    exit_try_later = 75,  ///< somebody else has the store or the port
    exit_config = 78,     ///< a setting is refused
};

}  // namespace shop_server
