// What comes as text, and what libpqxx throws.

#include <gtest/gtest.h>

#include "storage/postgres/libpqxx.hpp"
#include "storage/postgres/text_rows.hpp"

namespace shop::postgres {
namespace {

text_rows row_of(std::vector<text_rows::field> fields) {
    auto const columns = fields.size();
    return {columns, std::move(fields), nullptr};
}

template <class Run>
std::string state_of(Run run) {
    try {
        run();
        return "read";
    } catch (trouble const& t) {
        EXPECT_EQ(t.why(), fault::lost) << t.what();
        return t.state();
    }
}

TEST(rows_as_text, are_read_as_the_server_writes_them) {
    auto const rows =
        row_of({"t", "f", "-9223372036854775808", "0190f5a4-0000-7000-8000-0123456789ab", "", std::nullopt, "x"});
    text_reader row(rows);
    EXPECT_TRUE(row.boolean());
    EXPECT_FALSE(row.boolean());
    EXPECT_EQ(row.integer(), std::numeric_limits<std::int64_t>::min());
    std::array<std::uint8_t, 16> id{};
    row.id(id);
    EXPECT_EQ(id.back(), 0xab);
    EXPECT_FALSE(row.null());
    EXPECT_EQ(row.text(), "");
    EXPECT_TRUE(row.null());
    EXPECT_EQ(row.text(), "x");
    EXPECT_EQ(state_of([&] { (void)row.text(); }), "misfit") << "there are no more";
}

TEST(rows_as_text, hold_bytes_as_hexadecimal_digits_and_as_many_as_are_expected) {
    std::array<std::uint8_t, 3> to{};
    auto const right = row_of({R"(\x00fF7a)"});
    text_reader(right).bytes(to);
    EXPECT_EQ(to, (std::array<std::uint8_t, 3>{0x00, 0xff, 0x7a}));
    for (auto const* wrong :
         {"", "\\x", R"(\x00ff)", R"(\x00ff7a00)", R"(\x00ff7g)", R"(\x00ff-1)", "x00ff7a", "00ff7a00"}) {
        auto const rows = row_of({wrong});
        EXPECT_EQ(state_of([&] { text_reader(rows).bytes(to); }), "misfit") << wrong;
    }
}

TEST(rows_as_text, of_another_type_or_in_binary_form_are_misfits) {
    std::string_view const binary_one("\0\0\0\0\0\0\0\1", 8), binary_true("\1", 1);
    for (text_rows::field const field : {text_rows::field(std::nullopt),
                                         {""},
                                         {"true"},
                                         {"1 "},
                                         {" 1"},
                                         {"+1"},
                                         {"1.0"},
                                         {"0x1"},
                                         {"9223372036854775808"},
                                         {binary_one},
                                         {binary_true},
                                         {"0190f5a4"}}) {
        auto const rows = row_of({field});
        auto const shown = std::string(field.value_or("NULL"));
        EXPECT_EQ(state_of([&] { (void)text_reader(rows).boolean(); }), "misfit") << shown;
        EXPECT_EQ(state_of([&] { (void)text_reader(rows).integer(); }), "misfit") << shown;
        std::array<std::uint8_t, 16> id{};
        EXPECT_EQ(state_of([&] { text_reader(rows).id(id); }), "misfit") << shown;
    }
    auto const null = row_of({std::nullopt});
    EXPECT_EQ(state_of([&] { (void)text_reader(null).text(); }), "misfit");
    EXPECT_EQ(state_of([&] { (void)null.at(1, 0); }), "misfit");
    EXPECT_EQ(state_of([&] { (void)text_rows(0, {}, nullptr).at(0, 0); }), "misfit");
}

template <class Exception>
trouble trouble_of(Exception const& thrown) {
    try {
        throw thrown;
    } catch (std::exception const&) {
        return libpqxx::trouble_of_exception();
    }
}

/// One of class 40: 7.x wants the query, too, and 6.4 does not take it.
template <class Exception>
Exception rolled_back(std::string const& what) {
    if constexpr (std::is_constructible_v<Exception, std::string>) {
        return Exception(what);
    } else {
        return Exception(what, "");
    }
}

TEST(exceptions_of_libpqxx, are_the_faults_that_the_pipelines_have) {
    auto const expect = [](trouble const& came, fault why, std::string const& state, std::string const& what) {
        EXPECT_EQ(came.why(), why) << came.what();
        EXPECT_EQ(came.state(), state) << came.what();
        EXPECT_EQ(came.what(), what);
    };
    expect(trouble_of(pqxx::broken_connection("gone")), fault::lost, "", "gone");
    expect(trouble_of(pqxx::in_doubt_error("perhaps")), fault::in_doubt, "", "perhaps");
    expect(trouble_of(rolled_back<pqxx::serialization_failure>("ERROR:  again\n")), fault::contended, "40001", "again");
    expect(trouble_of(rolled_back<pqxx::deadlock_detected>("ERROR:  again\n")), fault::contended, "40P01", "again");
    expect(trouble_of(rolled_back<pqxx::transaction_rollback>("ERROR:  again\n")), fault::contended, "40000", "again");
    expect(trouble_of(rolled_back<pqxx::statement_completion_unknown>("ERROR:  who knows\n")), fault::lost, "40003",
           "who knows");
    expect(trouble_of(pqxx::unique_violation("FEHLER:  doppelt\nDETAIL:  Key (sku)=(A)\n", "", "23505")),
           fault::conflict, "23505", "doppelt");
    expect(trouble_of(pqxx::data_exception("ERROR:  no number: \"secret\"\n", "", "22P02")), fault::refused, "22P02",
           "no number");
    expect(trouble_of(pqxx::disk_full("ERROR:  full\n", "", "53100")), fault::unavailable, "53100", "full");
    expect(trouble_of(pqxx::sql_error("no result", "", "")), fault::lost, "", "no result");
    expect(trouble_of(pqxx::failure("no answer")), fault::lost, "", "no answer");
    for (auto const& came : {trouble_of(pqxx::conversion_error("?")), trouble_of(pqxx::unexpected_rows("?")),
                             trouble_of(pqxx::argument_error("?")), trouble_of(pqxx::usage_error("?")),
                             trouble_of(pqxx::internal_error("?"))}) {
        EXPECT_EQ(came.why(), fault::lost) << came.what();
        EXPECT_EQ(came.state(), "misfit") << came.what();
    }
}

}  // namespace
}  // namespace shop::postgres
