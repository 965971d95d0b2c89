#pragma once

#include <stdexcept>

#include "contract_suite.hpp"

namespace shop::testing {

/// One sample of each record type of a schema.
template <class Schema>
changes<Schema> one_of_each(int n) {
    changes<Schema> all;
    Schema::for_each([&]<class Record>() { all.template put<Record>(sample<Record>::make(n)); });
    return all;
}
/// How many record types have a sample of `n` in the store; logs count when they are not empty.
template <class Room>
std::size_t types_found(typename Room::port& store, int n) {
    std::size_t found = 0;
    Room::schema::for_each([&]<class Record>() {
        if constexpr (is_log<Record>) {
            found += !scan_page<Record>(store, {}, 1).empty();
        } else {
            found += load_one<Record>(store, load_key_of_record(sample<Record>::make(n))).has_value();
        }
    });
    return found;
}
template <class Schema>
constexpr std::size_t type_count = std::tuple_size_v<typename Schema::template map<std::type_identity>>;

template <class Room>
void register_transaction_tests(contract_suite<Room>& suite) {
    using schema = typename Room::schema;
    using counter = typename Room::counter;
    using rows_type = loaded_rows<schema>;

    suite.test("writes_all_of_a_batch", [](opened<Room>& w) {
        ASSERT_TRUE(write(w.store(), one_of_each<schema>(1)));
        EXPECT_EQ(types_found<Room>(w.store(), 1), type_count<schema>);
        ASSERT_TRUE(
            put(w.store(), std::vector{counter_at<Room>(2, 2), counter_at<Room>(3, 3), counter_at<Room>(4, 4)}));
        EXPECT_EQ(count_of<Room>(w.store(), 2), 2);
        EXPECT_EQ(count_of<Room>(w.store(), 3), 3);
        EXPECT_EQ(count_of<Room>(w.store(), 4), 4);
    });

    suite.test("raises_the_revision_by_one_at_each_write", [](opened<Room>& w) {
        ASSERT_TRUE(put(w.store(), counter_at<Room>(1, 0)));
        for (std::uint64_t revision = 1; revision <= 3; ++revision) {
            auto now = load_one<counter>(w.store(), counter_key<Room>(1));
            ASSERT_TRUE(now);
            EXPECT_EQ(now->revision, revision);
            ASSERT_TRUE(add<Room>(w.store(), 1, 1));
        }
    });

    suite.test("shows_a_decision_what_was_written_before", [](opened<Room>& w) {
        ASSERT_TRUE(put(w.store(), counter_at<Room>(1, 41)));
        ASSERT_TRUE(add<Room>(w.store(), 1, 1));
        std::optional<counter> seen;
        ASSERT_TRUE(transact<schema>(w.store(), counter_keys<Room>({1}), [&](rows_type const& rows, attempt const&) {
            seen = counter_in<Room>(rows, 1);
            return changes<schema>{};
        }));
        ASSERT_TRUE(seen);
        EXPECT_EQ(Room::count(*seen), 42);
        EXPECT_EQ(seen->revision, 2u);
    });

    suite.test("loads_each_wanted_group_in_its_place_and_absent_ones_as_empty", [](opened<Room>& w) {
        ASSERT_TRUE(
            put(w.store(), std::vector{counter_at<Room>(1, 1), counter_at<Room>(3, 3), counter_at<Room>(5, 5)}));
        std::vector<std::int64_t> seen;
        ASSERT_TRUE(transact<schema>(
            w.store(), counter_keys<Room>({5, 4, 3, 3, 1}), [&](rows_type const& rows, attempt const&) {
                seen.clear();
                for (int n = 1; n <= 5; ++n) {
                    auto group = rows.template group<counter>(counter_key<Room>(n));
                    seen.push_back(group.empty() ? -1 : Room::count(group.front()));
                }
                EXPECT_EQ(rows.template groups<counter>().size(), 4u) << "repeated keys are loaded once";
                return changes<schema>{};
            }));
        EXPECT_EQ(seen, (std::vector<std::int64_t>{1, -1, 3, -1, 5}));
    });

    suite.test("calls_a_decision_again_with_the_further_keys_it_asks_for", [](opened<Room>& w) {
        ASSERT_TRUE(put(w.store(), std::vector{counter_at<Room>(1, 10), counter_at<Room>(2, 20)}));
        using decided = typename scripted_batch<schema>::decided;
        auto decide = [](rows_type const& rows, attempt const&) -> decided {
            working_set<schema> work(rows);
            if (!work.template has<counter>(counter_key<Room>(2))) return counter_keys<Room>({2});
            if (!work.template has<counter>(counter_key<Room>(3))) return counter_keys<Room>({3, 2});
            EXPECT_TRUE(work.template has<counter>(counter_key<Room>(1))) << "what was loaded stays loaded";
            EXPECT_EQ(work.template find<counter>(counter_key<Room>(3)), nullptr);
            add_to<Room>(work, 1, -1);
            add_to<Room>(work, 2, 1);
            return work.take_changes();
        };
        ASSERT_TRUE(transact<schema>(w.store(), counter_keys<Room>({1}), decide));
        EXPECT_EQ(count_of<Room>(w.store(), 1), 9);
        EXPECT_EQ(count_of<Room>(w.store(), 2), 21);
    });

    suite.test("lets_only_the_first_of_two_commands_have_the_last_unit", [](opened<Room>& w) {
        ASSERT_TRUE(put(w.store(), counter_at<Room>(1, 1)));
        std::vector<bool> got;
        auto take_twice = [&](rows_type const& rows, attempt const&) {
            got.clear();
            working_set<schema> work(rows);
            for (int command = 0; command < 2; ++command) {
                got.push_back(Room::count(counter_in<Room>(work, 1)) > 0);
                if (got.back()) add_to<Room>(work, 1, -1);
            }
            return work.take_changes();
        };
        ASSERT_TRUE(transact<schema>(w.store(), counter_keys<Room>({1}), take_twice));
        EXPECT_EQ(got, (std::vector<bool>{true, false}));
        EXPECT_EQ(count_of<Room>(w.store(), 1), 0);
        ASSERT_TRUE(transact<schema>(w.store(), counter_keys<Room>({1}), take_twice));
        EXPECT_EQ(got, (std::vector<bool>{false, false})) << "the next batch sees what this one took";
        EXPECT_EQ(count_of<Room>(w.store(), 1), 0);
    });

    suite.test("writes_nothing_when_a_decision_changes_nothing", [](opened<Room>& w) {
        ASSERT_TRUE(put(w.store(), counter_at<Room>(1, 7)));
        ASSERT_TRUE(add<Room>(w.store(), 1, 0));
        ASSERT_TRUE(
            transact<schema>(w.store(), {}, [](rows_type const&, attempt const&) { return changes<schema>{}; }));
        auto now = load_one<counter>(w.store(), counter_key<Room>(1));
        ASSERT_TRUE(now);
        EXPECT_EQ(now->revision, 1u);
    });

    suite.test("erases_records_and_leaves_the_others", [](opened<Room>& w) {
        ASSERT_TRUE(
            put(w.store(), std::vector{counter_at<Room>(1, 1), counter_at<Room>(2, 2), counter_at<Room>(3, 3)}));
        changes<schema> gone;
        gone.template erase<counter>(key_of_record(counter_at<Room>(2, 0)));
        gone.template erase<counter>(key_of_record(counter_at<Room>(9, 0)));  // was never there
        ASSERT_TRUE(write(w.store(), gone));
        EXPECT_EQ(count_of<Room>(w.store(), 1), 1);
        EXPECT_EQ(count_of<Room>(w.store(), 2), std::nullopt);
        EXPECT_EQ(count_of<Room>(w.store(), 3), 3);
        EXPECT_EQ(scan_all<counter>(w.store()).size(), 2u);
    });

    suite.test("erases_and_inserts_one_key_in_one_batch", [](opened<Room>& w) {
        ASSERT_TRUE(put(w.store(), counter_at<Room>(1, 1)));
        ASSERT_TRUE(add<Room>(w.store(), 1, 1));
        ASSERT_TRUE(transact<schema>(w.store(), counter_keys<Room>({1}), [](rows_type const& rows, attempt const&) {
            working_set<schema> work(rows);
            work.template erase<counter>(counter_key<Room>(1));
            work.template insert<counter>(counter_at<Room>(1, 50));
            return work.take_changes();
        }));
        auto now = load_one<counter>(w.store(), counter_key<Room>(1));
        ASSERT_TRUE(now);
        EXPECT_EQ(Room::count(*now), 50);
        EXPECT_EQ(now->revision, 1u);
        EXPECT_EQ(scan_all<counter>(w.store()).size(), 1u);
    });

    suite.test("answers_internal_when_a_decision_throws_and_leaves_nothing", [](opened<Room>& w) {
        ASSERT_TRUE(put(w.store(), counter_at<Room>(1, 7)));
        auto done = transact<schema>(w.store(), counter_keys<Room>({1}),
                                     [](rows_type const& rows, attempt const&) -> changes<schema> {
                                         working_set<schema> work(rows);
                                         add_to<Room>(work, 1, 1);
                                         throw std::runtime_error("a mistake in a rule");
                                     });
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code(), error_code::internal);
        EXPECT_EQ(count_of<Room>(w.store(), 1), 7);
        EXPECT_TRUE(add<Room>(w.store(), 1, 1)) << "the store goes on";
        EXPECT_EQ(count_of<Room>(w.store(), 1), 8);
    });

    suite.test("gives_a_decision_the_time_of_the_clock_it_was_opened_with", [](opened<Room>& w) {
        w.clock.advance(std::chrono::minutes(5));
        std::optional<attempt> seen;
        ASSERT_TRUE(transact<schema>(w.store(), {}, [&](rows_type const&, attempt const& now) {
            seen = now;
            return changes<schema>{};
        }));
        ASSERT_TRUE(seen);
        EXPECT_EQ(seen->now, w.clock.stamp());
        EXPECT_EQ(seen->number, 1u);
    });

    suite.test("has_a_birth_certificate_of_its_own", [](opened<Room>& w) {
        EXPECT_FALSE(w.store().epoch().is_nil());
        ASSERT_TRUE(put(w.store(), counter_at<Room>(1, 7)));
        auto epoch = w.store().epoch();
        EXPECT_EQ(w.store().epoch(), epoch) << "it stays";
    });
}

}  // namespace shop::testing
