#include <gtest/gtest.h>

#include <shop/core/page.hpp>
#include <shop/json/document.hpp>
#include <shop/json/json.hpp>

namespace shop::json {
namespace {

using namespace std::string_literals;

TEST(json_encode, writes_the_vocabulary) {
    EXPECT_EQ(encode(eur(1999)), R"({"amount":1999,"currency":"EUR"})");
    EXPECT_EQ(encode(sku("MUG-1")), R"("MUG-1")");
    EXPECT_EQ(encode(location()), R"("main")");
    EXPECT_EQ(encode(quantity(3)), "3");
    EXPECT_EQ(encode(timestamp{}), R"("1970-01-01T00:00:00.000Z")");
    EXPECT_EQ(encode(order_id()), R"("00000000-0000-0000-0000-000000000000")");
    EXPECT_EQ(encode(error_kind::not_found), R"("not_found")");
    EXPECT_EQ(encode(std::vector<bool>{}.empty()), "true");
    EXPECT_EQ(encode(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
    EXPECT_EQ(encode(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
    EXPECT_EQ(encode(std::vector<std::int32_t>{1, -2}), "[1,-2]");
    EXPECT_EQ(encode(std::map<std::string, std::string>{{"a\n", "b"}, {"c", ""}}), R"({"a\n":"b","c":""})");
    EXPECT_EQ(encode(std::optional<int>()), "null");
}

TEST(json_encode, escapes_only_what_must_be) {
    EXPECT_EQ(encode("a\"b\\c/d\b\f\n\r\t\x01\x1f\x7f \xc3\xa9"s),
              "\"a\\\"b\\\\c/d\\b\\f\\n\\r\\t\\u0001\\u001f\x7f \xc3\xa9\"");
    EXPECT_EQ(encode(""s), "\"\"");
}

TEST(json_encode, strings_come_back_as_they_were) {
    std::string all;
    for (char c = 1; c < 0x7f; ++c) all += c;
    EXPECT_EQ(decode<std::string>(encode(all)).value(), all);
}

TEST(json_encode, leaves_empty_optional_members_out) {
    EXPECT_EQ(encode(error_details{}), "{}");
    error_details details;
    details.detail = "d";
    details.shortages.push_back({sku("A"), 3, 1});
    details.current_version = 7;
    EXPECT_EQ(encode(details),
              R"({"detail":"d","shortages":[{"sku":"A","requested":3,"available":1}],"current_version":7})");
}

TEST(json_encode, writes_an_empty_required_optional_as_null) {
    EXPECT_EQ(encode(page<int>{{1, 2}, std::nullopt}), R"({"items":[1,2],"next_cursor":null})");
    EXPECT_EQ(encode(page<int>{{}, "x"}), R"({"items":[],"next_cursor":"x"})");
    EXPECT_FALSE(decode<page<int>>(R"({"items":[],"next_cursor":null})").value().next_cursor);
}

TEST(json_encode, writes_a_parsed_value_compactly) {
    auto const text = R"({"a": [ 1, -2.50e3, "\u00e9\n", true, false, null, {}, [] ], "b" : 18446744073709551615})";
    EXPECT_EQ(encode(parse(text).value().root()),
              "{\"a\":[1,-2.50e3,\"\xc3\xa9\\n\",true,false,null,{},[]],\"b\":18446744073709551615}");
}

TEST(document, is_equal_by_value_and_decoded_on_demand) {
    page<int> const one{{1}, std::nullopt};
    document<page<int>> const written(one);
    auto const read = document<page<int>>::from_text(written.text());
    EXPECT_EQ(read, written);
    EXPECT_EQ(read->items, one.items);
}

TEST(document, of_another_shape_is_a_corrupt_store) {
    auto const broken = document<page<int>>::from_text("{}");
    try {
        (void)broken.get();
        FAIL() << "nothing was thrown";
    } catch (failure const& f) {
        EXPECT_EQ(f.reason().code(), error_code::store_corrupt);
    }
}

}  // namespace
}  // namespace shop::json
