// Answers that are not their statement's: what a pooler that mixes sessions hands out.

#include <gmock/gmock.h>

#include <map>
#include <random>

#include "fuzz/answers.hpp"

namespace shop::postgres_tests {
namespace {

using inventory::stock_record;
using orders::order_record;
using shop_test::answer_with;
using shop_test::made_answer;
using shop_test::read_answer;
using testing::sample;

template <class Record>
std::string state_of(made_answer const& answer) {
    try {
        (void)read_answer<Record>(answer);
        return "read";
    } catch (postgres::trouble const& t) {
        EXPECT_EQ(t.why(), postgres::fault::lost) << t.what();
        return t.state();
    }
}

template <class Visit>
void for_each_table(Visit visit) {
    products::store_schema::for_each(visit);
    inventory::store_schema::for_each(visit);
    orders::store_schema::for_each(visit);
    notifications::store_schema::for_each(visit);
}

TEST(answers_of_a_server, are_read_as_they_were_written) {
    for_each_table([]<class Record>() {
        std::vector<Record> const both{sample<Record>::make(1), sample<Record>::make(2)};
        EXPECT_EQ(shop_test::answered_row::of(read_answer<Record>(answer_with(both)).at(1)),
                  shop_test::answered_row::of(both[1]))
            << Record::table;
        auto const as_text = shop_test::text_answer_with(both);
        EXPECT_EQ(shop_test::text_answer_with(shop_test::read_text_answer<Record>(as_text)).rows, as_text.rows)
            << Record::table;
    });
}

TEST(answers_of_a_server, of_another_shape_are_misfits_whatever_differs) {
    for_each_table([]<class Record>() {
        auto const right = answer_with<Record>({sample<Record>::make(1)});
        for (std::size_t i = 0; i < right.columns.size(); ++i) {
            auto const where = std::string(Record::table) + "." + right.columns[i].name;
            auto wrong = right;
            wrong.columns[i].name = "other";
            EXPECT_EQ(state_of<Record>(wrong), "misfit") << where;
            wrong = right;
            wrong.columns[i].type = 23;
            EXPECT_EQ(state_of<Record>(wrong), "misfit") << where;
            wrong = right;
            wrong.columns[i].format = 0;
            EXPECT_EQ(state_of<Record>(wrong), "misfit") << where;
            wrong = right;
            wrong.columns.erase(wrong.columns.begin() + static_cast<std::ptrdiff_t>(i));
            EXPECT_EQ(state_of<Record>(wrong), "misfit") << where;
        }
        auto wrong = right;
        wrong.columns.push_back({"more", 25, 1});
        EXPECT_EQ(state_of<Record>(wrong), "misfit") << Record::table;
        wrong = right;
        wrong.columns.clear();
        EXPECT_EQ(state_of<Record>(wrong), "misfit") << Record::table;
        for (auto const status :
             {PGRES_COMMAND_OK, PGRES_EMPTY_QUERY, PGRES_COPY_OUT, PGRES_FATAL_ERROR, PGRES_PIPELINE_SYNC}) {
            wrong = right;
            wrong.status = status;
            EXPECT_EQ(state_of<Record>(wrong), "misfit") << Record::table;
        }
    });
}

TEST(answers_of_a_server, with_a_null_or_a_length_that_no_such_value_has_are_misfits) {
    auto const right = answer_with<stock_record>({sample<stock_record>::make(1)});
    for (std::size_t i = 0; i < right.columns.size(); ++i) {
        auto wrong = right;
        wrong.rows[0][i].reset();
        EXPECT_EQ(state_of<stock_record>(wrong), "misfit") << right.columns[i].name;
        if (right.columns[i].type == postgres::types::text.oid) continue;
        for (std::size_t size : {0u, 2u, 7u, 9u, 4096u}) {
            wrong.rows[0][i] = std::string(size, '\1');
            EXPECT_EQ(state_of<stock_record>(wrong), "misfit") << right.columns[i].name << " of " << size << " bytes";
        }
    }
    auto text = answer_with<order_record>({sample<order_record>::make(1)});
    text.rows[0][0] = "0190";  // the id
    EXPECT_EQ(state_of<order_record>(text), "misfit");
}

TEST(answers_of_a_server, whose_value_means_nothing_are_damage) {
    auto wrong = answer_with<order_record>({sample<order_record>::make(1)});
    for (std::size_t i = 0; i < wrong.columns.size(); ++i) {
        if (wrong.columns[i].name == "status") wrong.rows[0][i] = "no such status";
    }
    try {
        (void)read_answer<order_record>(wrong);
        FAIL() << "was read";
    } catch (postgres::trouble const& t) {
        EXPECT_EQ(t.why(), postgres::fault::corrupt);
    }
}

TEST(answers_of_a_server, never_let_a_field_be_read_that_is_not_there) {
    auto const answer = answer_with<stock_record>({sample<stock_record>::make(1)});
    postgres::rows const one(answer.made(), postgres::records_of<stock_record>());
    EXPECT_THROW((void)one.field(1, 0), postgres::trouble);
    EXPECT_THROW((void)one.field(0, answer.columns.size()), postgres::trouble);
    EXPECT_THROW((void)one.is_null(7, 7), postgres::trouble);
}

TEST(answers_of_a_server, of_rows_that_were_not_asked_for_are_misfits_and_out_of_order_they_are_damage) {
    using schema = inventory::store_schema;
    auto const fault_of = [](std::vector<stock_record> const& came) {
        key_set<schema> keys;
        for (int n : {1, 2}) keys.add<stock_record>({testing::nth_sku(n)});
        keys.normalise();
        loaded_rows<schema> to(keys);
        postgres::loaded_records<schema> records;
        postgres::rows const answer(answer_with(came).made(), postgres::records_of<stock_record>());
        try {
            records.fill({answer}, keys, to);
            return std::string("read");
        } catch (postgres::trouble const& t) {
            return t.why() == postgres::fault::corrupt ? std::string("corrupt") : t.state();
        }
    };
    auto const nth = [](int n) { return sample<stock_record>::make(n); };
    EXPECT_EQ(fault_of({nth(1), nth(2)}), "read");
    EXPECT_EQ(fault_of({nth(2)}), "read");
    EXPECT_EQ(fault_of({nth(1), nth(3)}), "misfit");
    EXPECT_EQ(fault_of({nth(2), nth(1)}), "corrupt");
}

TEST(answers_of_a_server, that_are_random_or_cut_are_read_or_refused_and_nothing_else) {
    constexpr unsigned seed = 20261128;
    std::mt19937 random(seed);
    std::map<std::string, int> seen;
    for (int n = 0; n < 20'000; ++n) {
        std::vector<std::uint8_t> input(random() % 24);
        for (auto& byte : input) byte = static_cast<std::uint8_t>(random());
        ++seen[shop_test::read_damaged(input)];
    }
    EXPECT_GT(seen["misfit"], 1'000) << "seed " << seed;
    EXPECT_GT(seen["read"], 500);
    EXPECT_GT(seen[""], 10) << "values that mean nothing";
}

TEST(statements, are_named_by_their_text) {
    auto const& load = postgres::load_statement<stock_record>();
    EXPECT_EQ(load.name(), postgres::statement(load.text(), {}).name());
    EXPECT_NE(load.name(), postgres::lock_statement<stock_record>().name());
    EXPECT_EQ(load.name().size(), 37u);
    EXPECT_EQ(postgres::statement("COMMIT", {}).name(), "shop_bddf73bd5a5d620b0cae8d94da3ad9ce");
}

TEST(completions, must_be_of_the_command_and_its_count) {
    // The driver makes no completion by hand; an empty one is none of any command.
    made_answer const empty{PGRES_COMMAND_OK, {}, {}};
    EXPECT_THROW(postgres::require_completion(empty.made().get(), {"COMMIT", {}, {}}, {}), postgres::trouble);
    EXPECT_NO_THROW(postgres::require_completion(empty.made().get(), {"", {}, {}}, {}));
}

}  // namespace
}  // namespace shop::postgres_tests
