#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include <shop/inventory/operations.hpp>
#include <shop/notifications/operations.hpp>
#include <shop/orders/operations.hpp>
#include <shop/products/operations.hpp>

namespace rest {
namespace {

TEST(http_document, has_a_row_for_every_operation) {
    std::ifstream file(SHOP_SOURCE_DIR "/docs/http-api.md");
    std::stringstream read;
    read << file.rdbuf();
    auto const text = read.str();
    std::size_t rows = 0;
    auto const check = [&](auto const& row) {
        ++rows;
        auto const begin = text.find("| `" + std::string(row.name) + "` | `" + std::string(shop::to_word(row.method)) +
                                     " " + std::string(row.path) + "`");
        ASSERT_NE(begin, text.npos) << row.name;
        auto const line = text.substr(begin, text.find('\n', begin) - begin);
        EXPECT_NE(line.find("| `" + std::string(row.scope) + "` |"), line.npos) << line;
        EXPECT_EQ(line.find("| K") != line.npos, row.safety == shop::safety::keyed) << line;
    };
    std::apply([&](auto const&... row) { (check(row), ...); }, shop::products::operations);
    std::apply([&](auto const&... row) { (check(row), ...); }, shop::inventory::operations);
    std::apply([&](auto const&... row) { (check(row), ...); }, shop::orders::operations);
    std::apply([&](auto const&... row) { (check(row), ...); }, shop::notifications::operations);
    std::size_t listed = 0;
    for (auto at = text.find("\n| `"); at != text.npos; at = text.find("\n| `", at + 1)) ++listed;
    EXPECT_EQ(listed, rows) << "the document lists an operation that the tables do not have";
}

}  // namespace
}  // namespace rest
