// The tree, held against the rules of the house.
#include <sstream>

#include <gtest/gtest.h>

#include "rules.hpp"

namespace {

std::vector<house::source_file> const& tree() {
    static auto const sources = house::sources_below(SHOP_SOURCE_DIR);
    return sources;
}

void expect_kept(house::findings (*rule)(house::source_file const&)) {
    std::ostringstream broken;
    for (auto const& file : tree()) {
        for (auto const& finding : rule(file)) broken << finding << '\n';
    }
    EXPECT_TRUE(broken.str().empty()) << broken.str();
}

}  // namespace

TEST(tree, is_found) {
    EXPECT_GT(tree().size(), 20U) << "no sources below " << SHOP_SOURCE_DIR;
}

TEST(tree, keeps_the_dependency_rule) {
    expect_kept(house::check_dependencies);
}

TEST(tree, makes_no_banned_call) {
    expect_kept(house::check_calls);
}

TEST(tree, keeps_its_form) {
    expect_kept(house::check_form);
}
