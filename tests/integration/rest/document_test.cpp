#include <fstream>
#include <sstream>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

#include <shop/inventory/operations.hpp>
#include <shop/notifications/operations.hpp>
#include <shop/orders/operations.hpp>
#include <shop/products/operations.hpp>

namespace rest {
namespace {

/// `with `q`, `limit``: the members of a list's command that its path does not name.
template <class Row>
std::string parameters_of(Row const& row) {
    std::string text;
    shop::for_each_field<typename Row::command_type>([&](auto const& f) {
        if (row.path.find("{" + std::string(f.name) + "}") != row.path.npos) return;
        text += (text.empty() ? "` with `" : ", `") + std::string(f.name) + "`";
    });
    return text.empty() ? "` |" : text + " |";
}

TEST(http_document, has_a_row_for_every_operation) {
    std::ifstream file(SHOP_SOURCE_DIR "/docs/http-api.md");
    std::stringstream read;
    read << file.rdbuf();
    auto text = read.str();
    auto const section = text.find("## Operations\n");
    ASSERT_NE(section, text.npos);
    text = text.substr(section, text.find("\n## ", section) - section);
    std::size_t rows = 0;
    auto const check = [&](auto const& row) {
        ++rows;
        auto const begin = text.find("| `" + std::string(row.name) + "` | `" + std::string(shop::to_word(row.method)) +
                                     " " + std::string(row.path) + "`");
        ASSERT_NE(begin, text.npos) << row.name;
        auto const line = text.substr(begin, text.find('\n', begin) - begin);
        EXPECT_NE(line.find("| `" + std::string(row.scope) + "` |"), line.npos) << line;
        EXPECT_EQ(line.find("| K") != line.npos, row.safety == shop::safety::keyed) << line;
        if constexpr (shop::described<typename std::remove_cvref_t<decltype(row)>::command_type>) {
            bool const is_list = row.kind == shop::operation_kind::list;
            EXPECT_TRUE(!is_list || line.find(parameters_of(row)) != line.npos)
                << line << " has not: " << parameters_of(row);
        }
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
