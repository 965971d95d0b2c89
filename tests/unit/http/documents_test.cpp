#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

#include <shop/http/detail/api_document.hpp>
#include <shop/http/detail/errors_document.hpp>
#include <shop/http/openapi.hpp>
#include <shop/http/problem.hpp>

namespace shop::http {
namespace {

std::string path_of(std::string const& name) {
    return std::string(SHOP_SOURCE_DIR) + "/docs/" + name;
}

std::string read(std::string const& name) {
    std::ifstream file(path_of(name), std::ios::binary);
    std::stringstream stored;
    stored << file.rdbuf();
    return stored.str();
}

void write(std::string const& name, std::string const& text) {
    std::ofstream(path_of(name), std::ios::binary) << text;
}

bool is_writing() {
    return std::getenv("SHOP_WRITE_DOCS") != nullptr;
}

TEST(documents, errors_document_is_current) {
    if (is_writing()) write("errors.md", detail::errors_document());
    EXPECT_EQ(read("errors.md"), detail::errors_document())
        << "run this test with SHOP_WRITE_DOCS=1 and commit docs/errors.md";
}

TEST(documents, every_word_that_can_be_answered_has_one_row_with_one_advice) {
    auto const text = detail::errors_document();
    std::set<std::string> words;
    for (auto const& row : error_table) words.insert(std::string(row.word));
    for (auto const& row : refusal_table()) words.insert(std::string(row.word));
    for (auto const& word : words) {
        auto const first = text.find("\n| `" + word + "` |", text.find("| Code |"));
        ASSERT_NE(first, text.npos) << word;
        EXPECT_EQ(text.find("\n| `" + word + "` |", first + 1), text.npos) << word;
    }
}

TEST(documents, a_refusal_that_is_a_failure_of_the_shop_is_told_as_that) {
    std::set<std::string_view> own;
    for (auto const& row : refusal_table()) {
        EXPECT_FALSE(row.title.empty()) << row.word;
        EXPECT_TRUE(row.remedy.ends_with('.')) << row.word;
        if (row.is_of_http) {
            EXPECT_TRUE(own.insert(row.word).second) << row.word;
            continue;
        }
        error const same(row.code);
        EXPECT_EQ(row.word, same.word());
        EXPECT_EQ(row.status, status_of(same)) << row.word;
        EXPECT_EQ(row.title, same.row().title) << row.word;
        EXPECT_EQ(row.retryable, same.retryable()) << row.word;
    }
    for (auto const& row : error_table) EXPECT_FALSE(own.contains(row.word)) << row.word << " has two meanings";
}

/// The text between the two marks of a generated part.
struct part {
    std::size_t begin;
    std::size_t end;
};
part part_of(std::string const& page, std::string const& name) {
    auto const mark = "<!-- generated: " + name + " -->\n";
    auto const begin = page.find(mark);
    auto const end = page.find("<!-- end of generated -->", begin);
    if (begin == page.npos || end == page.npos) throw std::runtime_error("docs/http-api.md has no generated " + name);
    return {begin + mark.size(), end};
}

TEST(documents, http_api_has_every_operation_member_and_limit) {
    auto const api = detail::describe_api();
    for (auto const& [name, text] :
         {std::pair{"operations", api.operations}, std::pair{"shapes", api.shapes}, std::pair{"limits", api.limits}}) {
        auto page = read("http-api.md");
        if (is_writing()) {
            auto const at = part_of(page, name);
            page.replace(at.begin, at.end - at.begin, text);
            write("http-api.md", page);
        }
        auto const at = part_of(page, name);
        EXPECT_EQ(page.substr(at.begin, at.end - at.begin), text)
            << "run this test with SHOP_WRITE_DOCS=1 and commit docs/http-api.md";
    }
}

/// How often a text has another.
std::size_t count_in(std::string const& text, std::string const& wanted) {
    std::size_t count = 0;
    for (auto at = text.find(wanted); at != text.npos; at = text.find(wanted, at + 1)) ++count;
    return count;
}

TEST(documents, openapi_has_every_operation_once_and_every_word_with_an_example) {
    openapi_options with;
    with.version = "1.2.3";
    auto const text = openapi_document(with);
    auto const page = detail::describe_api().operations;
    std::size_t operations = 0;
    for (auto at = page.find("\n### "); at != page.npos; at = page.find("\n### ", at + 1), ++operations) {
        auto const name = page.substr(at + 5, page.find('\n', at + 1) - at - 5);
        EXPECT_EQ(count_in(text, "\"operationId\":\"" + name + '"'), 1U) << name;
    }
    EXPECT_GE(operations, 18U);
    for (auto const& row : error_table) {
        bool const is_of_requests = row.code != error_code::not_supported;
        EXPECT_EQ(count_in(text, "\"type\":\"urn:shop:error:" + std::string(row.word) + '"') > 0, is_of_requests)
            << row.word;
    }
    for (auto const& row : refusal_table()) {
        EXPECT_GT(count_in(text, "\"type\":\"urn:shop:error:" + std::string(row.word) + '"'), 0U) << row.word;
    }
    for (auto at = text.find("\"$ref\":\"#/"); at != text.npos; at = text.find("\"$ref\":\"#/", at + 1)) {
        auto const to = text.substr(at + 8, text.find('"', at + 8) - at - 8);
        EXPECT_NE(text.find('"' + to.substr(to.rfind('/') + 1) + "\":{"), text.npos) << to;
    }
    with.expansions.push_back({"orders.gte", "expand", "availability", "", "availability", "{}"});
    EXPECT_THROW(openapi_document(with), std::invalid_argument) << "an expansion of what is no operation";
}

TEST(documents, every_member_of_the_api_is_explained) {
    auto const api = detail::describe_api();
    EXPECT_TRUE(api.unexplained.empty())
        << "say in transports/http/src/rest/api_notes.cpp what it is and which values it takes: "
        << ::testing::PrintToString(api.unexplained);
    EXPECT_TRUE(api.stale.empty()) << "no type has it: take it out of api_notes.cpp: "
                                   << ::testing::PrintToString(api.stale);
}

}  // namespace
}  // namespace shop::http
