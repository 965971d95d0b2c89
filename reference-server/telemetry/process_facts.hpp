#pragma once

#include <cstdint>
#include <filesystem>
#include <utility>

#include <shop/core/result.hpp>

namespace shop_server {

class metrics;

/// What Linux says of this process, read from its folder in `/proc`.
/// @par Errors
/// `unavailable` if there is no such folder or it reads otherwise than expected.
/// @par Thread safety
/// Shared objects: safe.
class process_facts {
public:
    explicit process_facts(std::filesystem::path folder = "/proc/self") : folder_(std::move(folder)) {}

    shop::result<std::uint64_t> resident_memory_bytes() const;
    /// Without the one that the counting itself needs.
    shop::result<std::uint64_t> open_fds() const;
    /// User and system, of all threads; in steps of a clock tick, 10 ms.
    shop::result<double> cpu_seconds() const;

private:
    std::filesystem::path folder_;
};

/// Registers `process_resident_memory_bytes`, `process_open_fds` and `process_cpu_seconds_total`. What cannot be read
/// is told as not a number.
void add_process_metrics(metrics& to, process_facts const& of = process_facts());

}  // namespace shop_server
