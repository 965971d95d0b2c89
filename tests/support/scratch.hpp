#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace shop_test {

/// A folder of its own, gone with the object.
class scratch {
public:
    scratch() {
        auto made = (std::filesystem::temp_directory_path() / "shop-test-XXXXXX").string();
        if (!::mkdtemp(made.data())) throw std::runtime_error("no temporary folder");
        path_ = made;
    }
    ~scratch() {
        if (path_.empty()) return;
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    scratch(scratch&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    scratch& operator=(scratch&& other) = delete;

    std::string file(std::string const& name) const { return (path_ / name).string(); }
    /// Writes a file and says where it is.
    std::string write(std::string const& name, std::string const& text) const {
        std::ofstream(file(name), std::ios::binary) << text;
        return file(name);
    }

private:
    std::filesystem::path path_;
};

}  // namespace shop_test
