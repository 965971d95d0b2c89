#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "source_file.hpp"

/// The rules of the house, each a function from a source to what breaks it there.
namespace house {

struct finding {
    std::string path;
    std::size_t line;
    std::string what;  ///< what is wrong, and what to do instead

    friend bool operator==(finding const&, finding const&) = default;
    friend std::ostream& operator<<(std::ostream& out, finding const& f) {
        return out << f.path << ':' << f.line << ": " << f.what;
    }
};
using findings = std::vector<finding>;

/// core <- {json, async} <- records <- events <- {products, inventory, notifications} <- orders <- {storage, transport}
/// <- audit <- engine <- testing <- transports/* <- programs; behind HTTP {message, tls} <- rest <- {server, client};
/// foreign headers only in their room; public headers see public headers only.
findings check_dependencies(source_file const& file);

/// Calls that have a better replacement here.
findings check_calls(source_file const& file);

/// Length of file and lines, header guards, leftovers; and that every public type says what it is.
findings check_form(source_file const& file);

}  // namespace house
