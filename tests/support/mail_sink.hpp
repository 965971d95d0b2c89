#pragma once

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "process.hpp"
#include "scratch.hpp"

namespace shop_test {

/// What stands in a file.
inline std::string contents_of(std::filesystem::path const& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The mails of a Maildir, in the order of their names.
inline std::vector<std::string> mails_in(std::filesystem::path const& maildir) {
    std::vector<std::filesystem::path> paths;
    if (std::filesystem::exists(maildir / "new")) {
        for (auto const& entry : std::filesystem::directory_iterator(maildir / "new")) paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    std::vector<std::string> out;
    for (auto const& path : paths) out.push_back(contents_of(path));
    return out;
}

/// script/mail-sink, which is aiosmtpd.
class mail_sink {
public:
    static bool is_installed() { return ::access("/usr/lib/python3/dist-packages/aiosmtpd", R_OK) == 0; }
    static constexpr char const* why_skipped = "aiosmtpd is not installed: apt-get install python3-aiosmtpd";

    /// @param more of its arguments
    explicit mail_sink(std::vector<std::string> more = {}) : process_(command(folder_, std::move(more))) {
        if (!process_.wait_for_out(", mails in ")) throw std::runtime_error("no mail sink: " + process_.err());
        auto const said = process_.out();
        constexpr std::string_view before = "listening on ";
        auto const at = said.find(before) + before.size();
        url_ = said.substr(at, said.find(',', at) - at);
    }

    std::string const& url() const { return url_; }
    std::vector<std::string> mails() const { return mails_in(folder_.file("mails")); }
    std::string printed() const { return process_.out(); }
    bool wait_for_print(std::string const& text) { return process_.wait_for_out(text); }

private:
    static std::vector<std::string> command(scratch const& folder, std::vector<std::string> more) {
        std::vector<std::string> out{
            "/usr/bin/setpriv", "--pdeathsig",       "KILL", SHOP_SOURCE_DIR "/script/mail-sink",
            "--maildir",        folder.file("mails")};
        std::ranges::move(more, std::back_inserter(out));
        return out;
    }

    scratch folder_;
    process process_;
    std::string url_;
};

}  // namespace shop_test
