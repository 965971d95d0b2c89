#include <gtest/gtest.h>

#include <shop/json/json.hpp>

namespace shop::json {
namespace {

enum class size { small, large };
constexpr std::array<std::string_view, 2> words_of(size) {
    return {"small", "large"};
}

struct line {
    shop::sku sku;
    shop::quantity quantity;
    static constexpr auto fields() {
        return std::tuple{required("sku", &line::sku), required("quantity", &line::quantity)};
    }
};

struct order {
    std::string customer;
    std::vector<line> lines;
    std::optional<money> expected_total;
    std::map<std::string, std::string> metadata;
    static constexpr auto fields() {
        return std::tuple{required("customer", &order::customer), required("lines", &order::lines),
                          optional("expected_total", &order::expected_total), optional("metadata", &order::metadata)};
    }
};

struct numbers {
    std::optional<std::int32_t> i32;
    std::optional<std::int64_t> i64;
    std::optional<std::uint32_t> u32;
    std::optional<std::uint64_t> u64;
    static constexpr auto fields() {
        return std::tuple{optional("i32", &numbers::i32), optional("i64", &numbers::i64),
                          optional("u32", &numbers::u32), optional("u64", &numbers::u64)};
    }
};

struct words {
    json::size size = size::small;
    location at;
    std::optional<currency> in;
    std::optional<timestamp> when;
    std::optional<order_id> id;
    bool flag = true;
    static constexpr auto fields() {
        return std::tuple{optional("size", &words::size), optional("at", &words::at), optional("in", &words::in),
                          optional("when", &words::when), optional("id", &words::id), optional("flag", &words::flag)};
    }
};

/// The word of a refusal and its places: `invalid_value /lines/0/quantity`.
template <class T>
std::string outcome(std::string_view text, unknown_members unknown = unknown_members::refuse) {
    auto const read = decode<T>(text, unknown);
    if (read) return "accepted";
    auto const e = read.error();
    std::string said(e.word());
    for (auto const& at : e.details().errors) said += " " + at.pointer;
    return said;
}

template <class T>
std::string detail(std::string_view text) {
    return decode<T>(text).error().details().errors.at(0).detail;
}

TEST(json_decode, fills_a_described_type) {
    auto const read = decode<order>(R"({"lines": [{"sku": "MUG-1", "quantity": 2}, {"quantity": 1000000, "sku": "A"}],
        "customer": "Ann \"A\"", "expected_total": {"amount": -5, "currency": "EUR"}, "metadata": {"a": "b"}})")
                          .value();
    EXPECT_EQ(read.customer, "Ann \"A\"");
    ASSERT_EQ(read.lines.size(), 2u);
    EXPECT_EQ(read.lines[0].sku, sku("MUG-1"));
    EXPECT_EQ(read.lines[1].quantity, quantity(1'000'000));
    EXPECT_EQ(read.expected_total, eur(-5));
    EXPECT_EQ(read.metadata.at("a"), "b");
}

TEST(json_decode, leaves_the_default_where_an_optional_member_is_missing) {
    auto const read = decode<words>("{}").value();
    EXPECT_TRUE(read.at.is_main());
    EXPECT_TRUE(read.flag);
    EXPECT_FALSE(read.in);
}

TEST(json_decode, reads_null_as_an_empty_optional_and_as_nothing_else) {
    EXPECT_FALSE(decode<words>(R"({"in": null})").value().in);
    EXPECT_EQ(outcome<words>(R"({"at": null})"), "malformed_request /at");
}

TEST(json_decode, reads_words_of_the_vocabulary) {
    auto const read = decode<words>(R"({"size": "large", "at": "shelf-3", "in": "USD", "flag": false,
        "when": "2026-03-01T09:30:00Z", "id": "019cae1c-8a3d-7c21-9f00-0123456789ab"})")
                          .value();
    EXPECT_EQ(read.size, size::large);
    EXPECT_EQ(read.at, location("shelf-3"));
    EXPECT_EQ(read.in->text(), "USD");
    EXPECT_EQ(to_string(*read.when), "2026-03-01T09:30:00.000Z");
    EXPECT_EQ(to_string(*read.id), "019cae1c-8a3d-7c21-9f00-0123456789ab");
    EXPECT_FALSE(read.flag);
}

TEST(json_decode, a_wrong_type_is_malformed) {
    EXPECT_EQ(outcome<order>("[]"), "malformed_request ");
    EXPECT_EQ(outcome<order>(R"({"customer": 1, "lines": {}, "metadata": [], "expected_total": 5})"),
              "malformed_request /customer /lines /metadata /expected_total");
    EXPECT_EQ(outcome<words>(R"({"size": 1, "at": 1, "in": 1, "when": 1, "id": 1, "flag": 1})"),
              "malformed_request /size /at /in /when /id /flag");
    EXPECT_EQ(outcome<order>(R"({"customer": "a", "lines": [], "metadata": {"k": 1}})"),
              "malformed_request /metadata/k");
}

TEST(json_decode, a_refused_value_is_invalid) {
    EXPECT_EQ(outcome<words>(R"({"size": "huge", "at": "a b", "in": "eur", "when": "today", "id": "1"})"),
              "invalid_value /size /at /in /when /id");
    EXPECT_EQ(detail<words>(R"({"size": "huge"})"), "must be one of small, large");
}

TEST(json_decode, malformed_outranks_invalid) {
    EXPECT_EQ(outcome<order>(R"({"customer": "a", "lines": [{"sku": "-", "quantity": "1"}]})"),
              "malformed_request /lines/0/sku /lines/0/quantity");
}

TEST(json_decode, a_quantity_is_a_whole_number_from_1_to_1000000) {
    auto const with = [](std::string quantity) {
        return outcome<line>(R"({"sku": "A", "quantity": )" + quantity + "}");
    };
    EXPECT_EQ(with("1"), "accepted");
    EXPECT_EQ(with("1000000"), "accepted");
    for (auto number : {"0", "-1", "1000001", "2147483648"})
        EXPECT_EQ(with(number), "invalid_value /quantity") << number;
    for (auto other :
         {"1.5", "1.0", "1e2", "\"1\"", "9223372036854775808", "99999999999999999999", "true", "null", "[]"}) {
        EXPECT_EQ(with(other), "malformed_request /quantity") << other;
    }
    EXPECT_EQ(detail<line>(R"({"sku": "A", "quantity": 0})"), "must be a whole number from 1 to 1000000");
}

TEST(json_decode, integers_keep_to_their_types) {
    auto const read = decode<numbers>(R"({"i32": -2147483648, "i64": -9223372036854775808, "u32": 4294967295,
        "u64": 18446744073709551615})")
                          .value();
    EXPECT_EQ(read.i32, std::numeric_limits<std::int32_t>::min());
    EXPECT_EQ(read.i64, std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(read.u32, std::numeric_limits<std::uint32_t>::max());
    EXPECT_EQ(read.u64, std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(outcome<numbers>(R"({"i32": 2147483648, "u32": 4294967296, "u64": -1})"), "invalid_value /i32 /u32 /u64");
    EXPECT_EQ(outcome<numbers>(R"({"i64": 9223372036854775808})"), "malformed_request /i64");
    EXPECT_EQ(outcome<numbers>(R"({"u64": 18446744073709551616})"), "malformed_request /u64");
}

TEST(json_decode, required_members_must_be_there) {
    EXPECT_EQ(outcome<order>("{}"), "malformed_request /customer /lines");
    EXPECT_EQ(outcome<order>(R"({"customer": "a", "lines": [{"sku": "A", "quantity": 1}, {}]})"),
              "malformed_request /lines/1/sku /lines/1/quantity");
    EXPECT_EQ(detail<order>("{}"), "is required");
}

TEST(json_decode, unknown_members_are_refused_or_ignored) {
    auto const text = R"({"customer": "a", "lines": [{"sku": "A", "quantity": 1, "price": 1}], "a/b~c": [{}]})";
    EXPECT_EQ(outcome<order>(text), "malformed_request /lines/0/price /a~1b~0c");
    EXPECT_EQ(outcome<order>(text, unknown_members::ignore), "accepted");
}

TEST(json_decode, members_that_come_from_elsewhere_are_unknown_and_not_missed) {
    auto const read_quantity = [](std::string_view text) {
        auto const parsed = parse(text).value();
        reader in(unknown_members::refuse);
        line out;
        bool const good = read_members(in, parsed.root(), out, [](std::string_view name) { return name != "sku"; });
        return good ? "accepted" : std::move(in).to_error().details().errors.at(0).pointer;
    };
    EXPECT_EQ(read_quantity(R"({"quantity": 1})"), "accepted");
    EXPECT_EQ(read_quantity(R"({"quantity": 1, "sku": "A"})"), "/sku");
}

TEST(json_decode, strings_keep_to_the_limit) {
    auto const with = [](std::size_t bytes) {
        return outcome<order>(R"({"lines": [], "customer": ")" + std::string(bytes, 'x') + "\"}");
    };
    EXPECT_EQ(with(limits::string_bytes_max), "accepted");
    EXPECT_EQ(with(limits::string_bytes_max + 1), "invalid_value /customer");
}

TEST(json_decode, reports_sixteen_refusals_at_most) {
    std::string text = R"({"customer": "a", "lines": [0)";
    for (int i = 0; i < 1000; ++i) text += ",0";
    auto const read = decode<order>(text + "]}");
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().details().errors.size(), refusals_max);
}

TEST(json_decode, never_repeats_what_was_sent) {
    for (std::string_view text :
         {R"({"size": "canary"})", R"({"when": "canary"})", R"({"at": " canary"})", R"({"id": "canary"})"}) {
        auto const e = decode<words>(text).error();
        for (auto const& at : e.details().errors) {
            EXPECT_EQ((at.pointer + at.detail).find("canary"), std::string::npos) << text;
        }
    }
}

TEST(json_decode, points_from_a_base) {
    auto const read = parse("[1]").value();
    auto const refused = decode<line>(*read.root().begin(), unknown_members::refuse, "/items/3");
    EXPECT_EQ(refused.error().details().errors.at(0).pointer, "/items/3");
}

TEST(json_decode, may_be_used_inside_itself) {
    auto const read = decode<raw>(R"([1, {"a": "\n"}])").value();
    EXPECT_EQ(read.text, R"([1,{"a":"\n"}])");
    detail::borrowed_tape outer;
    ASSERT_TRUE(outer->parse(R"(["kept"])"));
    EXPECT_EQ(outcome<line>(R"({"sku": "A", "quantity": 1})"), "accepted");
    EXPECT_EQ((*outer->root().begin()).as_string(), "kept");
}

TEST(json_parameters, are_read_from_text) {
    reader in(unknown_members::refuse, "limit");
    int limit = 0;
    bool flag = false;
    std::optional<std::vector<sku>> skus;
    std::string text;
    EXPECT_TRUE(read_parameter(in, "25", limit));
    EXPECT_TRUE(read_parameter(in, "true", flag));
    EXPECT_TRUE(read_parameter(in, "A,B-2", skus));
    EXPECT_TRUE(read_parameter(in, "12 \"x\"", text));
    EXPECT_EQ(limit, 25);
    EXPECT_TRUE(flag);
    EXPECT_EQ(skus, (std::vector{sku("A"), sku("B-2")}));
    EXPECT_EQ(text, "12 \"x\"");
    EXPECT_FALSE(in.refused());
}

TEST(json_parameters, are_refused_by_name) {
    for (auto bad : {"", " 5", "5 ", "05", "1.5", "x", "+5", "5,6", "\"5\"", "[5]"}) {
        reader in(unknown_members::refuse, "limit");
        int limit = 7;
        EXPECT_FALSE(read_parameter(in, bad, limit)) << bad;
        auto const e = std::move(in).to_error();
        EXPECT_EQ(e.code(), error_code::malformed_request);
        EXPECT_EQ(e.details().errors.at(0).pointer, "limit");
    }
    reader in(unknown_members::refuse, "sku");
    std::vector<sku> skus;
    EXPECT_FALSE(read_parameter(in, "A,,B", skus));
    EXPECT_EQ(std::move(in).to_error().details().errors.at(0).pointer, "sku/1");
}

}  // namespace
}  // namespace shop::json
