#include "fixture.hpp"

namespace shop::products::tests {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> refused_at(product_draft const& draft) {
    auto const checked = rules::check(draft);
    if (checked) return {};
    EXPECT_EQ(checked.error().code(), error_code::invalid_value);
    return pointers_of(checked.error());
}

product_draft with(auto change) {
    auto draft = mug();
    change(draft);
    return draft;
}

TEST(check_draft, accepts_the_longest_values) {
    auto draft = mug().describe(std::string(4096, 'd'));
    draft.name.clear();
    for (int i = 0; i < 200; ++i) draft.name += "\xc3\xa9";  // two bytes, one character
    for (int i = 0; i < 64; ++i) {
        auto const number = std::to_string(i);
        draft.tags.push_back(std::string(64 - number.size(), 't') + number);
        draft.attributes[std::string(64 - number.size(), 'a') + number] = std::string(1024, 'v');
        draft.options["o" + number] = "";
    }
    draft.group = std::string(64, 'g');
    draft.price = eur(0);
    EXPECT_THAT(refused_at(draft), IsEmpty());
}

TEST(check_draft, refuses_a_missing_sku) {
    EXPECT_THAT(refused_at(with([](auto& d) { d.sku = {}; })), ElementsAre("/sku"));
}

TEST(check_draft, refuses_names_that_are_empty_too_long_or_not_plain) {
    for (std::string const& name : {std::string(), std::string(201, 'n'), std::string("two\nlines"),
                                    std::string("turned \xe2\x80\xae"
                                                "around"),
                                    std::string("\xff")}) {
        EXPECT_THAT(refused_at(with([&](auto& d) { d.name = name; })), ElementsAre("/name"));
    }
}

TEST(check_draft, allows_line_breaks_in_the_description_only) {
    EXPECT_THAT(refused_at(with([](auto& d) { d.description = "two\nlines"; })), IsEmpty());
    EXPECT_THAT(refused_at(with([](auto& d) { d.description = "bell\a"; })), ElementsAre("/description"));
    EXPECT_THAT(refused_at(with([](auto& d) { d.description.assign(4097, 'd'); })), ElementsAre("/description"));
}

TEST(check_draft, refuses_negative_prices_and_no_currency) {
    EXPECT_THAT(refused_at(with([](auto& d) { d.price = eur(-1); })), ElementsAre("/price/amount"));
    EXPECT_THAT(refused_at(with([](auto& d) { d.price = money(); })), ElementsAre("/price/currency"));
}

TEST(check_draft, refuses_prices_beyond_what_json_clients_read_exactly) {
    EXPECT_THAT(refused_at(with([](auto& d) { d.price = eur(9'007'199'254'740'991); })), IsEmpty());
    EXPECT_THAT(refused_at(with([](auto& d) { d.price = eur(9'007'199'254'740'992); })), ElementsAre("/price/amount"));
}

TEST(check_draft, refuses_currencies_that_iso_4217_does_not_have_today) {
    for (auto const* code : {"ABC", "XAU", "HRK", "BGN"}) {
        EXPECT_THAT(refused_at(with([&](auto& d) { d.price = money(1, *currency::parse(code)); })),
                    ElementsAre("/price/currency"))
            << code;
    }
    for (auto const* code : {"XCG", "XAD", "ZWG", "ISK"}) {
        EXPECT_THAT(refused_at(with([&](auto& d) { d.price = money(1, *currency::parse(code)); })), IsEmpty()) << code;
    }
    auto const refused = rules::check(with([](auto& d) { d.price = money(1, *currency::parse("HRK")); }));
    EXPECT_EQ(refused.error().details().errors.at(0).detail, "was withdrawn from ISO 4217: use EUR");
}

TEST(check_draft, refuses_names_of_blanks) {
    for (auto const* name : {" ", "\u00a0 \u3000", "\u200b"}) {
        EXPECT_THAT(refused_at(with([&](auto& d) { d.name = name; })), ElementsAre("/name"));
        EXPECT_THAT(refused_at(with([&](auto& d) {
                        d.tags = {name};
                        d.group = name;
                    })),
                    ElementsAre("/tags/0", "/group"));
    }
}

TEST(check_draft, refuses_tags_each_at_its_place) {
    auto const draft = with([](auto& d) { d.tags = {"good", "", "fine", "good", std::string(65, 't'), "a\tb"}; });
    EXPECT_THAT(refused_at(draft), ElementsAre("/tags/1", "/tags/3", "/tags/4", "/tags/5"));
}

TEST(check_draft, refuses_more_than_64_of_anything) {
    auto const draft = with([](auto& d) {
        for (int i = 0; i < 65; ++i) {
            d.tags.push_back(std::to_string(i));
            d.attributes[std::to_string(i)] = "v";
            d.options[std::to_string(i)] = "v";
        }
    });
    EXPECT_THAT(refused_at(draft), ElementsAre("/tags", "/attributes", "/options"));
}

TEST(check_draft, points_at_attributes_by_their_escaped_names) {
    auto const draft = with([](auto& d) {
        d.attributes = {{"a/b~c", std::string(1025, 'v')}, {"bad\nname", "\a"}};
        d.options = {{"", "fine"}, {std::string(65, 'n'), "fine"}};
    });
    EXPECT_THAT(refused_at(draft),
                ElementsAre("/attributes/a~1b~0c", "/attributes", "/attributes", "/options", "/options"));
}

TEST(check_draft, refuses_groups_that_are_empty_too_long_or_not_plain) {
    for (std::string const& group : {std::string(), std::string(65, 'g'), std::string("a\nb")}) {
        EXPECT_THAT(refused_at(with([&](auto& d) { d.group = group; })), ElementsAre("/group"));
    }
}

TEST(matches, finds_by_part_of_sku_or_name_whatever_the_case) {
    product_record row;
    row.sku = sku("MUG-Blue");
    row.name = "Coffee Cup";
    product_query query;
    for (auto const* text : {"", "mug", "BLUE", "coffee c", "CUP"}) {
        query.text = text;
        EXPECT_TRUE(rules::matches(row, query)) << text;
    }
    query.text = "mugs";
    EXPECT_FALSE(rules::matches(row, query));
}

TEST(matches, finds_by_status_and_tag) {
    product_record row;
    row.status = status::active;
    row.content = document<product_content>(product_content{{}, {"kitchen", "blue"}, {}, {}, {}, {}});
    product_query query;
    query.status = status::active;
    query.tag = "blue";
    EXPECT_TRUE(rules::matches(row, query));
    query.tag = "red";
    EXPECT_FALSE(rules::matches(row, query));
    query.tag.reset();
    query.status = status::draft;
    EXPECT_FALSE(rules::matches(row, query));
}

}  // namespace shop::products::tests
