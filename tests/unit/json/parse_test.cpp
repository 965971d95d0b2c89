#include <random>

#include <gtest/gtest.h>

#include <shop/json/json.hpp>

namespace shop::json {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

/// What a text is refused with: the word, and the first place with its detail.
struct refusal {
    std::string word;
    std::string pointer;
    std::string detail;
};

refusal refusal_of(std::string_view text) {
    auto const read = parse(text);
    if (read) return {"accepted", "", ""};
    auto const e = read.error();
    auto const& at = e.details().errors.at(0);
    return {std::string(e.word()), at.pointer, at.detail};
}

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

std::string object_of(std::size_t members) {
    std::string text = "{";
    for (std::size_t i = 0; i < members; ++i) text += (i ? ",\"" : "\"") + std::to_string(i) + "\":0";
    return text + "}";
}

TEST(json_parse, lays_a_text_out_as_views) {
    auto const read = parse(R"( {"a": [1, -2, "x", true, null, 1.5, 18446744073709551615], "b": {}} )").value();
    auto const root = read.root();
    ASSERT_TRUE(root.is(kind::object));
    EXPECT_EQ(root.size(), 2u);
    auto const a = *root.find("a");
    ASSERT_EQ(a.size(), 7u);
    auto item = a.begin();
    EXPECT_EQ((*item++).as_int64(), 1);
    EXPECT_EQ((*item++).as_int64(), -2);
    EXPECT_EQ((*item++).as_string(), "x");
    EXPECT_TRUE((*item++).as_bool());
    EXPECT_TRUE((*item++).is_null());
    EXPECT_EQ((*item++).as_double(), 1.5);
    EXPECT_EQ((*item++).as_uint64(), 18446744073709551615u);
    EXPECT_EQ(item, a.end());
    EXPECT_TRUE(root.find("b")->is(kind::object));
    EXPECT_EQ(root.find("b")->size(), 0u);
    EXPECT_FALSE(root.find("c"));
    EXPECT_FALSE(a.find("c"));
}

TEST(json_parse, undoes_escapes_in_strings_and_keys) {
    auto const text = R"({"k\u0065y": "\"\\\/\b\f\n\r\t\u00e9\ud83c\udf75 plain", "plain": "tail\n"})"sv;
    auto const read = parse(text).value();
    EXPECT_EQ(read.root().find("key")->as_string(), "\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x8d\xb5 plain");
    EXPECT_EQ(read.root().find("plain")->as_string(), "tail\n");
}

TEST(json_parse, copies_no_string_without_escapes) {
    auto const text = R"(["plain"])"sv;
    auto const read = parse(text).value();
    auto const item = (*read.root().begin()).as_string();
    EXPECT_EQ(item.data(), text.data() + 2);
}

TEST(json_parse, keeps_long_strings_with_escapes_whole) {
    std::string const half(5000, 'x');
    auto const text = "[\"" + half + "\\n" + half + "\", \"a\\tb\"]";
    auto const read = parse(text).value();
    EXPECT_EQ((*read.root().begin()).as_string(), half + "\n" + half);
    EXPECT_EQ((*++read.root().begin()).as_string(), "a\tb");
}

TEST(json_parse, takes_one_value_of_any_kind) {
    for (auto text : {"1", "\"x\"", "true", "null", "[]", "{}", " \t\r\n0 \n"}) EXPECT_TRUE(parse(text)) << text;
}

TEST(json_parse, a_tape_can_be_used_again) {
    tape t;
    ASSERT_TRUE(t.parse(R"(["a\n"])"));
    ASSERT_FALSE(t.parse("[1,"));
    ASSERT_TRUE(t.parse(R"([2, "longer than before\n"])"));
    EXPECT_EQ(t.root().size(), 2u);
    t.shrink(0, 0);
    ASSERT_TRUE(t.parse("3"));
    EXPECT_EQ(t.root().as_int64(), 3);
}

TEST(json_parse, refuses_what_is_not_json) {
    for (auto text : {""sv,
                      " "sv,
                      "{"sv,
                      "["sv,
                      "[1,"sv,
                      "{\"a\""sv,
                      "{\"a\":"sv,
                      "\"abc"sv,
                      "nul"sv,
                      "[1,]"sv,
                      "{\"a\":1,}"sv,
                      "[,1]"sv,
                      "{a:1}"sv,
                      "{'a':1}"sv,
                      "'a'"sv,
                      "01"sv,
                      "1."sv,
                      ".5"sv,
                      "+1"sv,
                      "-"sv,
                      "0x10"sv,
                      "1e"sv,
                      "NaN"sv,
                      "Infinity"sv,
                      "-Infinity"sv,
                      "True"sv,
                      "undefined"sv,
                      "// c\n1"sv,
                      "/* c */1"sv,
                      "[1 /* c */]"sv,
                      "1 2"sv,
                      "{} x"sv,
                      "[]]"sv,
                      "\xef\xbb\xbf{}"sv,
                      "\"a\nb\""sv,
                      "\"a\tb\""sv,
                      "\"a\0b\""sv,
                      "\"\\x\""sv,
                      "\"\\u12\""sv,
                      "\"\\ud83c\""sv,
                      "\"\\udf75\""sv,
                      "\"\\ud83c\\u0041\""sv,
                      "\"\x80\""sv,
                      "\"\xc0\xaf\""sv,
                      "\"\xed\xa0\x80\""sv,
                      "\"\xff\""sv,
                      "{\"\xff\":1}"sv,
                      "1\0"sv,
                      "[1] ,"sv}) {
        EXPECT_EQ(refusal_of(text).word, "malformed_json") << text;
    }
}

TEST(json_parse, says_where_it_stopped_and_never_repeats_the_text) {
    auto const at = refusal_of(R"({"lines": [{"sku": "A"}, {"sku": canary}]})");
    EXPECT_EQ(at.pointer, "/lines/1");
    EXPECT_EQ(at.detail, "is not JSON in UTF-8, at byte 33");
    EXPECT_EQ(refusal_of("").detail, "is empty: a JSON value must stand here");
    EXPECT_EQ(refusal_of("[1, 2").detail, "ends before the value is complete");
    EXPECT_EQ(refusal_of("[1] 2").detail, "must end after one JSON value, at byte 4");
    EXPECT_EQ(refusal_of(R"("\ud83c\u0041")").detail, "has half of a surrogate pair, at byte 9");
}

TEST(json_parse, refuses_duplicate_keys_also_by_escape) {
    for (auto text : {R"({"a": 1, "a": 2})"sv, R"({"a": 1, "\u0061": 2})"sv, R"({"\u0061": 1, "a": 2})"sv,
                      R"({"a": {"x": [1, {}]}, "b": 1, "a": 2})"sv}) {
        auto const at = refusal_of(text);
        EXPECT_EQ(at.word, "malformed_request") << text;
        EXPECT_EQ(at.pointer, "/a");
        EXPECT_EQ(at.detail, "must be given only once");
    }
    EXPECT_EQ(refusal_of(R"([{"x": {"a/b": 1, "c~d": {"": 0, "": 1}}}])").pointer, "/0/x/c~0d/");
    EXPECT_EQ(refusal_of(R"({"a": {"a": 1}, "b": {"a": 1}, "ab": 1, "ba": 1})").word, "accepted");
}

TEST(json_parse, refuses_u_0000_in_any_string_or_key) {
    auto const in_string = refusal_of(R"({"a": ["x", "b\u0000c"]})");
    EXPECT_EQ(in_string.word, "malformed_request");
    EXPECT_EQ(in_string.pointer, "/a/1");
    auto const in_key = refusal_of(R"({"o": {"b\u0000": 1}})");
    EXPECT_EQ(in_key.word, "malformed_request");
    EXPECT_EQ(in_key.pointer, "/o");
}

TEST(json_parse, refuses_numbers_beyond_a_double) {
    auto const at = refusal_of(R"({"a": [0, 1e400]})");
    EXPECT_EQ(at.word, "malformed_request");
    EXPECT_EQ(at.pointer, "/a/1");
    EXPECT_EQ(refusal_of("-1e400").word, "malformed_request");
    EXPECT_NE(refusal_of("1e99999999999999999999").word, "accepted");
}

TEST(json_parse, nests_as_deep_as_the_limit) {
    EXPECT_TRUE(parse(nested(limits::json_depth_max)));
    auto const at = refusal_of(nested(limits::json_depth_max + 1));
    EXPECT_EQ(at.word, "malformed_request");
    EXPECT_EQ(at.pointer, "/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0");
    EXPECT_EQ(refusal_of(std::string(1'000'000, '[')).word, "malformed_request");
}

TEST(json_parse, has_as_many_members_as_the_limit) {
    EXPECT_TRUE(parse(object_of(limits::json_members_max)));
    auto const at = refusal_of(R"({"o": )" + object_of(limits::json_members_max + 1) + "}");
    EXPECT_EQ(at.word, "malformed_request");
    EXPECT_EQ(at.pointer, "/o");
}

TEST(json_parse, has_as_many_values_as_it_is_told) {
    tape t;
    EXPECT_TRUE(t.parse("[1, 2, 3]", 4));
    auto const refused = t.parse("[1, 2, 3]", 3);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), error_code::malformed_request);
    std::string many = "[0";
    for (int i = 0; i < 500'000; ++i) many += ",0";
    EXPECT_EQ(refusal_of(many + "]").word, "malformed_request");
}

TEST(json_parse, leaves_long_names_out_of_pointers) {
    std::string const name(key_bytes_shown_max + 1, 'k');
    EXPECT_EQ(refusal_of("{\"o\": {\"" + name + "\": 1, \"" + name + "\": 2}}").pointer, "/o");
}

TEST(json_parse, survives_any_mutation_and_writes_what_it_took_so_that_it_reads_the_same) {
    std::string const seed =
        R"({"a\u00e9": [1, -2.5e3, "x\n\ud83c\udf75", true, null, {}], "b": {"c": [[], 18446744073709551615]}})";
    std::string const alphabet = "{}[]\",:\\u0123456789abcdefnrtE+-. \0\x80\xff"s;
    std::mt19937 random(20260301);
    int taken = 0;
    for (int round = 0; round < 20'000; ++round) {
        auto text = seed;
        for (auto edits = 1 + random() % 3; edits > 0; --edits) {
            auto const at = random() % text.size();
            switch (random() % 3) {
                case 0:
                    text[at] = alphabet[random() % alphabet.size()];
                    break;
                case 1:
                    text.erase(at, 1 + random() % 4);
                    break;
                case 2:
                    text.insert(at, 1, alphabet[random() % alphabet.size()]);
                    break;
            }
        }
        auto const read = parse(text);
        if (!read) {
            ASSERT_EQ(read.error().kind(), error_kind::malformed);
            continue;
        }
        ++taken;
        auto const written = encode(read->root());
        auto const again = parse(written);
        ASSERT_TRUE(again) << text;
        ASSERT_EQ(encode(again->root()), written);
    }
    EXPECT_GT(taken, 1'000);
}

}  // namespace
}  // namespace shop::json
