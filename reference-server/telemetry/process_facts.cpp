#include "process_facts.hpp"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "metrics.hpp"

namespace shop_server {

namespace {

shop::error no_process_fact(std::string_view file) {
    return shop::error(shop::error_code::unavailable, "cannot read " + std::string(file) + " of the process");
}

/// The text of a file whose size the file system does not know.
std::string text_of(std::filesystem::path const& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Word `n`, counted from 0, as a number.
std::optional<std::uint64_t> number_in(std::string_view words, std::size_t n) {
    for (; n > 0; --n) {
        auto const blank = words.find(' ');
        if (blank == words.npos) return std::nullopt;
        words.remove_prefix(blank + 1);
    }
    std::uint64_t out = 0;
    auto const [end, failed] = std::from_chars(words.data(), words.data() + words.size(), out);
    bool const whole = end != words.data() && (end == words.data() + words.size() || *end == ' ' || *end == '\n');
    return failed == std::errc() && whole ? std::optional(out) : std::nullopt;
}

/// Since Linux 6.2 the size of a process's `fd` is how many there are. Counting 10,000 entries takes 14 ms.
std::optional<std::uint64_t> size_of_proc_folder(std::filesystem::path const& folder) {
    struct statfs system;
    struct stat about;
    if (::statfs(folder.c_str(), &system) != 0 || system.f_type != PROC_SUPER_MAGIC) return std::nullopt;
    if (::stat(folder.c_str(), &about) != 0 || about.st_size <= 0) return std::nullopt;
    return static_cast<std::uint64_t>(about.st_size);
}

}  // namespace

shop::result<std::uint64_t> process_facts::resident_memory_bytes() const {
    auto const pages = number_in(text_of(folder_ / "statm"), 1);  // proc(5): size resident ...
    if (!pages) return no_process_fact("statm");
    return *pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

shop::result<std::uint64_t> process_facts::open_fds() const {
    if (auto const told = size_of_proc_folder(folder_ / "fd")) return *told;
    std::error_code failed;
    std::filesystem::directory_iterator entry(folder_ / "fd", failed);
    std::uint64_t n = 0;
    for (; !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) ++n;
    if (failed || n == 0) return no_process_fact("fd");
    return n - 1;
}

shop::result<double> process_facts::cpu_seconds() const {
    auto const text = text_of(folder_ / "stat");
    // The second word is the program's name in parentheses, and may hold blanks and parentheses itself.
    auto const name_end = text.rfind(')');
    if (name_end == text.npos || name_end + 2 > text.size()) return no_process_fact("stat");
    auto const rest = std::string_view(text).substr(name_end + 2);  // proc(5): begins with word 3, `state`
    auto const user = number_in(rest, 14 - 3);
    auto const system = number_in(rest, 15 - 3);
    if (!user || !system) return no_process_fact("stat");
    return static_cast<double>(*user + *system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

void add_process_metrics(metrics& to, process_facts const& of) {
    auto const told = [](auto const& read) {
        return read ? static_cast<double>(*read) : std::numeric_limits<double>::quiet_NaN();
    };
    to.gauge("process_resident_memory_bytes", {}, [of, told] { return told(of.resident_memory_bytes()); });
    to.gauge("process_open_fds", {}, [of, told] { return told(of.open_fds()); });
    to.counter("process_cpu_seconds_total", {}, [of, told] { return told(of.cpu_seconds()); });
}

}  // namespace shop_server
