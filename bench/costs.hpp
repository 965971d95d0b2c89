#pragma once

#include <cstdint>

namespace shop::bench {

/// What this process has used since it began, all threads.
struct costs {
    double cpu_us = 0;  ///< user and system
    std::uint64_t allocations = 0;
    std::uint64_t bytes_written = 0;  ///< to files and sockets, as asked of the system

    static costs so_far();
    costs operator-(costs const& before) const {
        return {cpu_us - before.cpu_us, allocations - before.allocations, bytes_written - before.bytes_written};
    }
};

}  // namespace shop::bench
