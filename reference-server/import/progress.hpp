#pragma once

#include <cstdint>
#include <ostream>

#include "importer.hpp"

namespace shop_server {

/// A bar on a terminal; on anything else it stays silent.
class progress_bar {
public:
    /// @param bytes of the whole file.
    progress_bar(std::ostream& to, bool is_terminal, std::uint64_t bytes)
        : to_(to), is_terminal_(is_terminal), bytes_(bytes) {}
    ~progress_bar() { clear(); }
    progress_bar(progress_bar const&) = delete;
    progress_bar& operator=(progress_bar const&) = delete;

    void show(std::uint64_t bytes_read, import_counts const& counts);
    /// Makes room for other lines.
    void clear();

private:
    std::ostream& to_;
    bool is_terminal_;
    std::uint64_t bytes_;
    bool shown_ = false;
};

}  // namespace shop_server
