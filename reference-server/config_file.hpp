#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace shop_server {

/// A configuration file: lines `key = value`, empty lines, and lines that begin with `#`.
struct config_file {
    struct entry {
        std::string key;
        std::string value;
        std::size_t line;
    };
    std::vector<entry> entries;
    std::vector<std::string> refusals;  ///< each names the file and the line
};

inline constexpr std::size_t config_file_bytes_max = 64 * 1024;

/// A file that group or others may write is refused: whoever writes it decides who is let in.
config_file read_config_file(std::string const& path);
/// Why a file that holds a secret must not be used, if anything: others may read it.
std::optional<std::string> refuse_secret_in(std::string const& path);
/// @param path how refusals call it.
config_file parse_config(std::string const& path, std::string_view text);

}  // namespace shop_server
