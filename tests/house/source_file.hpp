#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace house {

/// A source of the tree, as the rules of the house read it.
struct source_file {
    std::string path;                ///< relative to the root of the tree, with slashes
    std::vector<std::string> lines;  ///< as written
    std::vector<std::string> code;   ///< the same lines with comments and the insides of literals blanked

    source_file(std::string path, std::string_view text);

    bool is_header() const { return path.ends_with(".hpp"); }
    bool is_in(std::string_view folder) const { return path.starts_with(folder); }
};

/// Whether a character can stand in a name.
bool is_word(char c);

struct include {
    std::size_t line;
    std::string header;
    bool quoted;
};
std::vector<include> includes_of(source_file const& file);

/// All `.hpp` and `.cpp` files of the project below `root`.
std::vector<source_file> sources_below(std::string const& root);

}  // namespace house
