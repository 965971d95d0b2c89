// docs/security.md names the tests that hold what it says: they must be there.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

namespace fs = std::filesystem;

bool is_name(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

/// `suite.name` of `suite, name`, with what stands between them as `between`.
std::optional<std::string> test_named(std::string_view text, std::string_view between) {
    auto const at = text.find(between);
    if (at == text.npos) return std::nullopt;
    auto const suite = text.substr(0, at), name = text.substr(at + between.size());
    if (!is_name(suite) || !is_name(name)) return std::nullopt;
    return std::string(suite).append(1, '.').append(name);
}

std::set<std::string> tests_of_the_tree() {
    std::set<std::string> names;
    for (auto const& entry : fs::recursive_directory_iterator(fs::path(SHOP_SOURCE_DIR) / "tests")) {
        if (entry.path().extension() != ".cpp") continue;
        std::ifstream file(entry.path());
        for (std::string line; std::getline(file, line);) {
            auto const open = line.find('('), close = line.find(')');
            if (!line.starts_with("TEST") || open == line.npos || close == line.npos) continue;
            if (auto name = test_named(std::string_view(line).substr(open + 1, close - open - 1), ", "))
                names.insert(*std::move(name));
        }
    }
    return names;
}

/// The tests in backticks, without what instantiates a suite in front.
std::set<std::string> tests_in(std::string_view cell) {
    std::set<std::string> names;
    for (auto open = cell.find('`'); open != cell.npos;) {
        auto const close = cell.find('`', open + 1);
        if (close == cell.npos) break;
        auto word = cell.substr(open + 1, close - open - 1);
        if (auto const slash = word.find('/'); slash != word.npos) word.remove_prefix(slash + 1);
        if (auto name = test_named(word, ".")) names.insert(*std::move(name));
        open = cell.find('`', close + 1);
    }
    return names;
}

TEST(security_document, names_tests_that_are_there) {
    auto const known = tests_of_the_tree();
    std::ifstream document(fs::path(SHOP_SOURCE_DIR) / "docs/security.md");
    std::size_t rows = 0, found = 0;
    for (std::string line; std::getline(document, line);) {
        if (!line.starts_with("| ") || !line.ends_with(" |")) continue;
        ++rows;
        auto const named = tests_in(std::string_view(line).substr(line.rfind(" | ", line.size() - 3)));
        for (auto const& name : named) EXPECT_TRUE(known.contains(name)) << name;
        found += named.size();
    }
    EXPECT_GT(rows, 80U);
    EXPECT_GT(found, 100U);
}

}  // namespace
