#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace shop_test {

/// What the kernel says that a running process uses.
struct process_facts {
    int threads = 0;
    int sockets = 0;
    long memory_kib = 0;  ///< resident

    process_facts() = default;
    explicit process_facts(pid_t pid) {
        auto const folder = std::filesystem::path("/proc") / std::to_string(pid);
        std::ifstream status(folder / "status");
        for (std::string word; status >> word;) {
            if (word == "Threads:") status >> threads;
            if (word == "VmRSS:") status >> memory_kib;
        }
        for (auto const& open : std::filesystem::directory_iterator(folder / "fd")) {
            std::error_code gone;
            if (std::filesystem::read_symlink(open.path(), gone).string().starts_with("socket:")) ++sockets;
        }
    }
};

}  // namespace shop_test
