#include <gmock/gmock.h>

#include <sstream>

#include "import/importer.hpp"
#include "import/progress.hpp"

namespace {

using shop_server::csv_reader;
using shop_server::file_format;
using shop_server::product_row;
using shop_server::row_file;
using shop_server::stock_row;
using testing::ElementsAre;
using testing::HasSubstr;

/// What a reader makes of a text: `line: field|field` or `line! refusal`, one string a row.
std::vector<std::string> rows(std::string const& text) {
    std::istringstream in(text);
    csv_reader reader(in);
    std::vector<std::string> out;
    while (auto const* row = reader.next()) {
        if (row->refusal) {
            out.push_back(std::to_string(row->line) + "! " + *row->refusal);
            continue;
        }
        std::string joined = std::to_string(row->line) + ": ";
        for (auto const& f : row->fields) joined += (&f == &row->fields.front() ? "" : "|") + f;
        out.push_back(joined);
    }
    return out;
}

TEST(csv, reads_fields_between_commas) {
    EXPECT_THAT(rows("a,b,c\nd,,\n"), ElementsAre("1: a|b|c", "2: d||"));
}

TEST(csv, reads_quoted_fields_with_commas_quotes_and_line_breaks) {
    EXPECT_THAT(rows("\"a,b\",\"c \"\"d\"\"\"\n\"two\nlines\",x\ny,z"),
                ElementsAre("1: a,b|c \"d\"", "2: two\nlines|x", "4: y|z"));
}

TEST(csv, takes_crlf_a_byte_order_mark_empty_lines_and_no_last_line_break) {
    EXPECT_THAT(rows("\xEF\xBB\xBF"
                     "a,b\r\n\r\n\"c\",d\r\n\ne"),
                ElementsAre("1: a|b", "3: c|d", "5: e"));
}

TEST(csv, refuses_what_is_not_csv_and_goes_on_with_the_next_line) {
    EXPECT_THAT(rows("a,b\"c\nd,e\n\"f\"g,h\ni,j\n\"k"),
                ElementsAre(HasSubstr("1! has a quote inside"), "2: d|e", HasSubstr("3! text stands after"), "4: i|j",
                            HasSubstr("5! a quote is never closed")));
}

TEST(csv, rows_are_bounded) {
    EXPECT_THAT(rows(std::string(1'000'000, 'x') + "\na\n"), ElementsAre(HasSubstr("1! is too long"), "2: a"));
    EXPECT_THAT(rows("\"" + std::string(1'000'000, 'x') + "\na\n"), ElementsAre(HasSubstr("1! is too long"), "2: a"));
}

template <class Row>
std::vector<std::string> refusals(std::string const& text, file_format format) {
    std::istringstream in(text);
    row_file<Row> file(in, format);
    std::vector<std::string> out;
    if (auto why = file.open()) return {*why};
    while (auto row = file.next()) {
        if (!row->row) out.push_back(std::to_string(row->line) + ": " + shop_server::in_words(row->row.error()));
    }
    return out;
}

TEST(row_file, reads_products_from_csv_in_any_order_of_columns) {
    std::istringstream in(
        "price,currency,sku,tags,name,description,status\n"
        "1290,EUR,MUG-1,kitchen|gift,\"Mug, blue\",Enamel,draft\n5,USD,CUP,,Cup,,\n");
    row_file<product_row> file(in, file_format::csv);
    ASSERT_EQ(file.open(), std::nullopt);
    auto const mug = file.next()->row.value();
    EXPECT_EQ(mug.sku.text(), "MUG-1");
    EXPECT_EQ(mug.price, 1290);
    EXPECT_EQ(mug.currency.value().text(), "EUR");
    EXPECT_EQ(mug.name, "Mug, blue");
    EXPECT_EQ(mug.status, shop::products::status::draft);
    EXPECT_THAT(mug.tags.value(), ElementsAre("kitchen", "gift"));
    auto const cup = file.next()->row.value();
    EXPECT_EQ(cup.status, std::nullopt);
    EXPECT_EQ(cup.tags, std::vector<std::string>()) << "an empty cell says that there are none";
    EXPECT_EQ(cup.description, "");
    EXPECT_FALSE(file.next());
}

TEST(row_file, says_nothing_of_columns_that_it_does_not_have) {
    std::istringstream in("sku,price,currency\nMUG-1,900,EUR\n");
    row_file<product_row> file(in, file_format::csv);
    ASSERT_EQ(file.open(), std::nullopt);
    auto const mug = file.next()->row.value();
    EXPECT_EQ(mug.price, 900);
    EXPECT_EQ(mug.name, std::nullopt);
    EXPECT_EQ(mug.description, std::nullopt);
    EXPECT_EQ(mug.tags, std::nullopt);
}

TEST(row_file, reads_products_from_json_lines) {
    std::istringstream in(R"({"sku":"MUG-1","name":"Mug","price":1290,"currency":"EUR","tags":["kitchen","gift"]})"
                          "\r\n\n"
                          R"({"sku":"CUP","name":"Cup","price":5,"currency":"USD","status":"archived"})");
    row_file<product_row> file(in, file_format::json_lines);
    ASSERT_EQ(file.open(), std::nullopt);
    EXPECT_THAT(file.next()->row.value().tags.value(), ElementsAre("kitchen", "gift"));
    auto const cup = file.next();
    EXPECT_EQ(cup->line, 3u);
    EXPECT_EQ(cup->row.value().status, shop::products::status::archived);
    EXPECT_FALSE(file.next());
}

TEST(row_file, says_line_and_column_of_what_is_wrong) {
    EXPECT_THAT(
        refusals<product_row>(
            "sku,name,price,currency\nMUG 1,Mug,12.90,Euro\nMUG,,5,EUR\nMUG,Mug,5\n"
            "MUG,M\x01ug,5,EUR\nMUG,Mug,99999999999999999999,EUR\nMUG,Mug,12.90,EUR\nMUG,Mug,12.5,JPY\n",
            file_format::csv),
        ElementsAre(testing::AllOf(testing::StartsWith("2: sku: must"),
                                   HasSubstr("; price: must be a whole number of minor units; currency: must")),
                    "3: name: is missing", "4: has 3 fields, the header 4", "5: name: must be plain UTF-8 text",
                    testing::StartsWith("6: price: must"), "7: price: must be a whole number of minor units: 1290",
                    "8: price: must be a whole number of minor units"));
    EXPECT_THAT(refusals<stock_row>(
                    "{\"sku\":\"MUG\",\"quantity\":0.5}\n{\"sku\":\"MUG\"}\n{\"sku\":1,\"quantity\":1}\nnot json\n"
                    "{\"sku\":\"MUG\",\"quantity\":1,\"on_hand\":2}\n",
                    file_format::json_lines),
                ElementsAre(testing::StartsWith("1: quantity: "), testing::StartsWith("2: "),
                            testing::StartsWith("3: sku: "), testing::StartsWith("4: "), testing::StartsWith("5: ")));
}

TEST(row_file, refuses_a_header_it_does_not_know) {
    EXPECT_THAT(
        refusals<stock_row>("sku,amount\n", file_format::csv),
        ElementsAre("column 2 of the header, \"amount\", is unknown; the columns are sku,quantity,location,reference"));
    EXPECT_THAT(refusals<stock_row>("sku, Quantity\n", file_format::csv),
                ElementsAre(HasSubstr("\" Quantity\", is unknown: did you mean quantity?")));
    EXPECT_THAT(
        refusals<stock_row>("sku;quantity\nMUG;1\n", file_format::csv),
        ElementsAre("the header is one cell, \"sku;quantity\": separate columns with commas, not with semicolons"));
    EXPECT_THAT(refusals<stock_row>("sku\tquantity\n", file_format::csv), ElementsAre(HasSubstr("not with tabs")));
    EXPECT_THAT(refusals<stock_row>(std::string("\xFF\xFEs\0k\0u\0,\0q\0\n\0", 14), file_format::csv),
                ElementsAre(HasSubstr("is in UTF-16")));
    EXPECT_THAT(refusals<stock_row>("s\x1bku,quantity\n", file_format::csv), ElementsAre(HasSubstr("\"s?ku\"")));
    EXPECT_THAT(refusals<stock_row>("sku,quantity,sku\n", file_format::csv), ElementsAre(HasSubstr("there twice")));
    EXPECT_THAT(refusals<stock_row>("sku,location\n", file_format::csv), ElementsAre(HasSubstr("no column quantity")));
    EXPECT_THAT(refusals<stock_row>("", file_format::csv), ElementsAre(HasSubstr("the first line must be the header")));
}

TEST(row_file, formats_are_known_by_their_endings) {
    EXPECT_EQ(shop_server::format_of("a/b.csv"), file_format::csv);
    EXPECT_EQ(shop_server::format_of("b.jsonl"), file_format::json_lines);
    EXPECT_EQ(shop_server::format_of("csv"), std::nullopt);
}

TEST(progress_bar, is_shown_on_a_terminal_only) {
    std::ostringstream terminal, file;
    shop_server::import_counts counts;
    counts.rows = 512;
    {
        shop_server::progress_bar(file, false, 1000).show(500, counts);
        shop_server::progress_bar bar(terminal, true, 1000);
        bar.show(500, counts);
    }
    EXPECT_EQ(file.str(), "");
    EXPECT_THAT(terminal.str(), HasSubstr("[####################                    ] 50 %  512 rows"));
    EXPECT_THAT(terminal.str(), testing::EndsWith("\r\x1b[K"));
}

}  // namespace
