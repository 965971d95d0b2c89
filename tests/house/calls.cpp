#include <algorithm>
#include <array>
#include <cctype>
#include <initializer_list>
#include <string_view>

#include "rules.hpp"

namespace house {

namespace {

/// A call that is banned outside some places. Programs are the server, tests, examples and benchmarks.
struct banned {
    std::string_view call;
    std::string_view instead;
    bool in_programs;  ///< banned there too
    std::array<std::string_view, 2> allowed_in{};
};

constexpr std::string_view by_scheduler = "take time from shop::scheduler";
constexpr std::string_view by_ids = "draw from the injected id source";
constexpr std::string_view by_from_chars = "use std::from_chars and answer its error";
constexpr std::string_view by_answer = "return a result, or log through what was passed in";

constexpr std::array bans{
    banned{"system_clock::now", by_scheduler, false, {"src/async/scheduler.cpp", "transports/"}},
    banned{"steady_clock::now", by_scheduler, false, {"src/async/scheduler.cpp", "transports/"}},
    banned{"high_resolution_clock", by_scheduler, true},
    banned{"gettimeofday", by_scheduler, true},
    banned{"clock_gettime", by_scheduler, true},
    banned{"localtime", "times are UTC: use shop::format of core/time", true},
    banned{"random_device", by_ids, false, {"src/core/uuid.cpp"}},
    banned{"rand", by_ids, true},
    banned{"srand", by_ids, true},
    banned{"mt19937", by_ids, false},
    banned{"this_thread::sleep_for", "wait for a condition with a deadline, or on virtual time", true},
    banned{"this_thread::sleep_until", "wait for a condition with a deadline, or on virtual time", true},
    banned{"usleep", "wait for a condition with a deadline, or on virtual time", true},
    banned{"nanosleep", "wait for a condition with a deadline, or on virtual time", true},
    banned{"printf", by_answer, false},
    banned{"fprintf", by_answer, false},
    banned{"sprintf", "use std::format's kin or append to a string", true},
    banned{"std::puts", by_answer, false},
    banned{"std::cout", by_answer, false},
    banned{"std::cerr", by_answer, false},
    banned{"std::clog", by_answer, false},
    banned{"strcpy", "use std::string", true},
    banned{"strcat", "use std::string", true},
    banned{"atoi", by_from_chars, true},
    banned{"atol", by_from_chars, true},
    banned{"std::stoi", by_from_chars, false},
    banned{"std::stol", by_from_chars, false},
    banned{"std::stoll", by_from_chars, false},
    banned{"std::stod", by_from_chars, false},
    banned{"strtol", by_from_chars, true},
    banned{"std::regex", "it recurses by the length of its input: write the few lines of parsing", true},
    banned{"any_completion_handler", "Boost 1.81: recurses without end when moved from an rvalue", true},
    banned{"cancel_after", "not in Boost 1.81: use op || sleep", true},
    banned{"parse_into", "not in Boost 1.81, and lax: use the strict reader of core/json", true},
    banned{"json::parse", "keeps the last of two equal keys: use the strict reader of core/json", false},
    banned{"getenv", "settings are passed in", false},
    banned{"std::exit", "return, so that everything is closed in order", false},
    banned{"std::async", "pass an executor in", false},
};

/// `call` as whole words: `printf` is not in `snprintf`, but is in `std::printf`.
bool calls(std::string_view code, std::string_view call) {
    for (auto at = code.find(call); at != code.npos; at = code.find(call, at + 1)) {
        auto const end = at + call.size();
        bool const starts = at == 0 || !is_word(code[at - 1]);
        bool const ends = end == code.size() || !is_word(code[end]);
        bool const member = at > 0 && (code[at - 1] == '.' || (at > 1 && code.substr(at - 2, 2) == "->"));
        if (starts && ends && !member) return true;
    }
    return false;
}

/// "catch (...) {}" in any spacing.
bool swallows(std::string_view code) {
    auto const at = code.find("catch (");
    if (at == code.npos) return false;
    std::string rest(code.substr(at));
    std::erase(rest, ' ');
    return rest.ends_with("){}") || rest.find("){}") != rest.npos;
}

}  // namespace

findings check_calls(source_file const& file) {
    findings found;
    bool const library = file.is_in("include/") || file.is_in("src/") || file.is_in("transports/");
    for (std::size_t i = 0; i < file.code.size(); ++i) {
        if (file.code[i].starts_with("#include")) continue;  // a header is no call: <openssl/rand.h>
        for (auto const& ban : bans) {
            if (!library && !ban.in_programs) continue;
            auto const here = [&](std::string_view place) { return !place.empty() && file.is_in(place); };
            if (std::ranges::any_of(ban.allowed_in, here) || !calls(file.code[i], ban.call)) continue;
            found.push_back({file.path, i + 1, std::string(ban.call) + ": " + std::string(ban.instead)});
        }
        if (swallows(file.code[i])) found.push_back({file.path, i + 1, "swallows an error: answer it or say why not"});
    }
    return found;
}

}  // namespace house
