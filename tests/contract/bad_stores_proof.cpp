#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>

#include "bad_stores.hpp"

namespace bad_stores {

namespace {

constexpr std::array<std::string_view, 17> names{
    "acknowledges_without_committing",
    "loses_the_second_write",
    "writes_in_two_transactions",
    "ignores_revisions",
    "answers_stale_reads",
    "gives_positions_twice",
    "shows_commits_out_of_order",
    "drops_erasures",
    "returns_lists_unsorted",
    "drops_the_last_of_a_list",
    "decides_once",
    "takes_a_throw_for_success",
    "commits_twice",
    "spoils_texts",
    "changes_its_epoch",
    "forgets_when_reopened",
    "believes_what_is_expected",
};
constexpr std::array<std::string_view, 4> suites{"products", "inventory", "orders", "notifications"};

bool is_about_logs(defect which) {
    return which == defect::gives_positions_twice || which == defect::shows_commits_out_of_order;
}
/// Only stock and orders have a log; the counts of stock are loaded by group, and no group is expected.
bool must_catch(std::string_view suite, defect which) {
    if (which == defect::believes_what_is_expected) return suite != "inventory";
    return !is_about_logs(which) || suite == "inventory" || suite == "orders";
}

struct outcome {
    int exit_code = -1;
    std::map<std::string, std::set<std::string>> failed;  // tests by suite
};

/// Reads `[  FAILED  ] bad_orders_store.keeps_it (3 ms)`.
void note_failure(std::string_view line, outcome& to) {
    constexpr std::string_view mark = "[  FAILED  ] bad_";
    if (!line.starts_with(mark)) return;
    line.remove_prefix(mark.size());
    auto suite = line.substr(0, line.find("_store."));
    auto test = line.substr(std::min(line.size(), suite.size() + std::string_view("_store.").size()));
    to.failed[std::string(suite)].emplace(test.substr(0, test.find_first_of(" ,\n")));
}

outcome run_suites_over(std::string const& program, defect which) {
    auto command = "'" + program + "' --bad=" + std::string(name_of(which)) + " 2>/dev/null";
    std::unique_ptr<FILE, int (*)(FILE*)> out(::popen(command.c_str(), "r"), ::pclose);
    if (!out) throw std::runtime_error("cannot run " + command);
    outcome seen;
    std::array<char, 1024> line{};
    while (std::fgets(line.data(), line.size(), out.get())) note_failure(line.data(), seen);
    int status = ::pclose(out.release());
    seen.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return seen;
}

class proof : public ::testing::Test {
public:
    proof(std::string program, defect which) : program_(std::move(program)), which_(which) {}

    void TestBody() override {
        auto seen = run_suites_over(program_, which_);
        EXPECT_EQ(seen.exit_code, 1) << "the suites ran to their end and failed";
        for (auto suite : suites) {
            auto const& caught_by = seen.failed[std::string(suite)];
            if (must_catch(suite, which_)) {
                EXPECT_FALSE(caught_by.empty()) << suite << " let it pass";
            }
            for (auto const& test : caught_by) {
                std::cout << "  " << name_of(which_) << ": caught by " << suite << "_store." << test << '\n';
            }
        }
    }

private:
    std::string program_;
    defect which_;
};

}  // namespace

std::string_view name_of(defect which) {
    return names[static_cast<std::size_t>(which)];
}

defect const* asked_for(int argc, char** argv) {
    static defect found;
    constexpr std::string_view flag = "--bad=";
    for (int i = 1; i < argc; ++i) {
        std::string_view argument = argv[i];
        if (!argument.starts_with(flag)) continue;
        auto at = std::find(names.begin(), names.end(), argument.substr(flag.size()));
        if (at == names.end()) throw std::invalid_argument("no such defect: " + std::string(argument));
        found = static_cast<defect>(at - names.begin());
        return &found;
    }
    return nullptr;
}

void register_proofs(char const* program) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        auto which = static_cast<defect>(i);
        std::string name = "catch_a_store_that_" + std::string(names[i]);
        ::testing::RegisterTest("contract_suites", name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                                [=, p = std::string(program)]() -> proof* { return new proof(p, which); });
    }
}

}  // namespace bad_stores
