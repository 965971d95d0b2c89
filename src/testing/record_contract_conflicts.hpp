#pragma once

#include <shop/testing/fault_store.hpp>

#include "contract_suite.hpp"

namespace shop::testing {

/// Takes a message in once, whoever brings it how often: remembers it in a record of its own, in the transaction of its
/// effect.
template <class Room>
std::shared_ptr<decision_batch<typename Room::schema>> message_batch(int effect_on, int remembered_as,
                                                                     bool* was_repeat = nullptr) {
    using schema = typename Room::schema;
    auto decide = [=](loaded_rows<schema> const& rows, attempt const&) {
        working_set<schema> work(rows);
        bool const repeat = work.template find<typename Room::counter>(counter_key<Room>(remembered_as)) != nullptr;
        if (was_repeat) *was_repeat = repeat;
        if (!repeat) {
            work.template insert<typename Room::counter>(counter_at<Room>(remembered_as, 1));
            add_to<Room>(work, effect_on, 1);
        }
        return work.take_changes();
    };
    return std::make_shared<scripted_batch<schema>>(counter_keys<Room>({effect_on, remembered_as}), decide);
}

/// A store may decide on what a batch expects, and must find out when that is not so.
template <class Room>
void register_expectation_tests(contract_suite<Room>& suite) {
    using schema = typename Room::schema;
    using counter = typename Room::counter;
    using rows_type = loaded_rows<schema>;

    static constexpr auto add_five = [](rows_type const& rows, attempt const&) {
        working_set<schema> work(rows);
        if (work.template find<counter>(counter_key<Room>(1))) {
            add_to<Room>(work, 1, 5);
        } else {
            work.template insert<counter>(counter_at<Room>(1, 5));
        }
        return work.take_changes();
    };

    suite.test("takes_a_record_as_it_is_expected", [](opened<Room>& w) {
        ASSERT_TRUE(put(w.store(), counter_at<Room>(1, 10)));
        auto const seen = load_one<counter>(w.store(), counter_key<Room>(1)).value();
        expected_rows<schema> expected;
        expected.add(seen);
        ASSERT_TRUE(transact<schema>(w.store(), counter_keys<Room>({1}), add_five, expected));
        EXPECT_EQ(count_of<Room>(w.store(), 1), 15);
        ASSERT_TRUE(transact<schema>(w.store(), counter_keys<Room>({1}), add_five, expected))
            << "as it was, and is no more";
        EXPECT_EQ(count_of<Room>(w.store(), 1), 20);
    });

    suite.test("decides_again_when_a_key_expected_to_be_free_is_taken", [](opened<Room>& w) {
        expected_rows<schema> expected;
        expected.template add_absent<counter>(counter_key<Room>(1));
        ASSERT_TRUE(transact<schema>(w.store(), counter_keys<Room>({1}), add_five, expected));
        EXPECT_EQ(count_of<Room>(w.store(), 1), 5);
        ASSERT_TRUE(transact<schema>(w.store(), counter_keys<Room>({1}), add_five, expected));
        EXPECT_EQ(count_of<Room>(w.store(), 1), 10);
    });

    suite.test("does_not_rest_on_an_expectation_that_it_cannot_check", [](opened<Room>& w) {
        ASSERT_TRUE(put(w.store(), counter_at<Room>(1, 10)));
        auto const seen = load_one<counter>(w.store(), counter_key<Room>(1)).value();
        ASSERT_TRUE(add<Room>(w.store(), 1, 1));
        expected_rows<schema> expected;
        expected.add(seen);
        expected.template add_absent<counter>(counter_key<Room>(2));
        auto copy = [](rows_type const& rows, attempt const&) {
            working_set<schema> work(rows);
            work.template insert<counter>(counter_at<Room>(2, Room::count(counter_in<Room>(rows, 1))));
            return work.take_changes();  // counter 1 is not written: nothing would notice
        };
        ASSERT_TRUE(transact<schema>(w.store(), counter_keys<Room>({1, 2}), copy, expected));
        EXPECT_EQ(count_of<Room>(w.store(), 2), 11);
    });

    suite.test("loads_what_is_not_expected_beside_what_is", [](opened<Room>& w) {
        ASSERT_TRUE(
            put(w.store(), std::vector{counter_at<Room>(1, 10), counter_at<Room>(2, 20), counter_at<Room>(4, 40)}));
        auto const seen = load_one<counter>(w.store(), counter_key<Room>(2)).value();
        expected_rows<schema> expected;
        expected.add(seen);
        expected.template add_absent<counter>(counter_key<Room>(3));
        auto sum = [](rows_type const& rows, attempt const&) {
            working_set<schema> work(rows);
            auto all = std::int64_t{0};
            for (int n : {1, 2, 4}) all += Room::count(counter_in<Room>(rows, n));
            work.template insert<counter>(counter_at<Room>(3, all));
            add_to<Room>(work, 2, 1);
            return work.take_changes();
        };
        ASSERT_TRUE(transact<schema>(w.store(), counter_keys<Room>({1, 2, 3, 4}), sum, expected));
        EXPECT_EQ(count_of<Room>(w.store(), 3), 70);
        EXPECT_EQ(count_of<Room>(w.store(), 2), 21);
    });
}

template <class Room>
void register_conflict_tests(contract_suite<Room>& suite) {
    using schema = typename Room::schema;
    using counter = typename Room::counter;
    using rows_type = loaded_rows<schema>;

    suite.test("decides_again_on_fresh_records_when_an_inserted_key_stands_already", [](opened<Room>& w) {
        ASSERT_TRUE(put(w.store(), counter_at<Room>(1, 10)));
        std::vector<unsigned> numbers;
        std::string answer;
        using decided = typename scripted_batch<schema>::decided;
        auto decide = [&](rows_type const& rows, attempt const& now) -> decided {
            numbers.push_back(now.number);
            changes<schema> out;
            if (now.number == 1) {  // blind: the key was not wanted
                answer = "inserted";
                out.template put<counter>(counter_at<Room>(1, 1));
                return out;
            }
            working_set<schema> work(rows);
            if (!work.template has<counter>(counter_key<Room>(1))) return counter_keys<Room>({1});
            answer = "added";
            add_to<Room>(work, 1, 1);
            return work.take_changes();
        };
        ASSERT_TRUE(transact<schema>(w.store(), {}, decide));
        EXPECT_EQ(answer, "added");
        EXPECT_EQ(count_of<Room>(w.store(), 1), 11);
        EXPECT_GE(numbers.size(), 2u);
        EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
        EXPECT_EQ(std::adjacent_find(numbers.begin(), numbers.end()), numbers.end()) << "each run has its number";
    });

    suite.test("decides_again_when_a_revision_is_not_the_one_that_stands", [](opened<Room>& w) {
        ASSERT_TRUE(put(w.store(), counter_at<Room>(1, 10)));
        unsigned runs = 0;
        ASSERT_TRUE(
            transact<schema>(w.store(), counter_keys<Room>({1}), [&](rows_type const& rows, attempt const& now) {
                ++runs;
                changes<schema> out;
                auto r = counter_in<Room>(rows, 1);
                if (now.number == 1) r.revision += 1;
                Room::set_count(r, Room::count(r) + 5);
                out.template put<counter>(r);
                return out;
            }));
        EXPECT_EQ(runs, 2u);
        EXPECT_EQ(count_of<Room>(w.store(), 1), 15);
    });

    suite.test("gives_up_a_batch_that_always_conflicts_and_leaves_nothing_of_it", [](opened<Room>& w) {
        ASSERT_TRUE(put(w.store(), std::vector{counter_at<Room>(1, 10), counter_at<Room>(2, 20)}));
        for (bool stale_one_first : {true, false}) {
            unsigned runs = 0;
            auto done =
                transact<schema>(w.store(), counter_keys<Room>({1}), [&](rows_type const& rows, attempt const&) {
                    ++runs;
                    changes<schema> out;
                    if (stale_one_first) out.template put<counter>(stale<Room>(1));
                    auto changed = counter_in<Room>(rows, 1);
                    Room::set_count(changed, 77);
                    if (!stale_one_first) out.template put<counter>(changed);
                    schema::for_each([&]<class Record>() { out.template put<Record>(sample<Record>::make(5)); });
                    out.template erase<counter>(key_of_record(counter_at<Room>(2, 0)));
                    if (!stale_one_first) out.template put<counter>(stale<Room>(1));
                    return out;
                });
            ASSERT_FALSE(done);
            EXPECT_EQ(done.error().code(), error_code::store_unavailable);
            EXPECT_GE(runs, 2u);
            EXPECT_LE(runs, limits::transact_attempts_max + 1);
            EXPECT_EQ(count_of<Room>(w.store(), 1), 10);
            EXPECT_EQ(count_of<Room>(w.store(), 2), 20) << "the erased one is back";
            EXPECT_EQ(scan_all<counter>(w.store()).size(), 2u);
            schema::for_each([&]<class Record>() {
                if constexpr (!std::is_same_v<Record, counter>) {
                    EXPECT_TRUE(scan_all<Record>(w.store()).empty()) << Record::table;
                }
            });
        }
        ASSERT_TRUE(add<Room>(w.store(), 1, 1)) << "revisions are as they were";
        EXPECT_EQ(load_one<counter>(w.store(), counter_key<Room>(1)).value().revision, 2u);
    });

    suite.test("refuses_to_replace_what_is_not_there", [](opened<Room>& w) {
        EXPECT_FALSE(put(w.store(), stale<Room>(1)));
        EXPECT_EQ(count_of<Room>(w.store(), 1), std::nullopt);
    });

    suite.test("refuses_one_key_twice_in_a_batch", [](opened<Room>& w) {
        EXPECT_FALSE(
            put(w.store(), std::vector{counter_at<Room>(1, 1), counter_at<Room>(2, 2), counter_at<Room>(1, 3)}));
        EXPECT_TRUE(scan_all<counter>(w.store()).empty());
    });

    suite.test("lets_a_late_or_repeated_message_find_its_first_delivery", [](opened<Room>& w) {
        ASSERT_TRUE(put(w.store(), counter_at<Room>(1, 0)));
        bool repeat = true;
        ASSERT_TRUE(transact(w.store(), message_batch<Room>(1, 2, &repeat)));
        EXPECT_FALSE(repeat);
        ASSERT_TRUE(transact(w.store(), message_batch<Room>(1, 2, &repeat)));
        EXPECT_TRUE(repeat);
        for (int other = 3; other < 10; ++other) ASSERT_TRUE(transact(w.store(), message_batch<Room>(1, other)));
        ASSERT_TRUE(transact(w.store(), message_batch<Room>(1, 2, &repeat))) << "late";
        EXPECT_TRUE(repeat);
        EXPECT_EQ(count_of<Room>(w.store(), 1), 8);
    });

    for (auto what : {fault::unknown_written, fault::unknown_unwritten, fault::unavailable}) {
        auto name = what == fault::unknown_written     ? "runs_a_batch_again_whose_commit_is_unknown_but_happened"
                    : what == fault::unknown_unwritten ? "runs_a_batch_again_whose_commit_is_unknown_and_did_not_happen"
                                                       : "runs_a_batch_again_that_was_not_written";
        suite.test(name, [what](opened<Room>& w) {
            ASSERT_TRUE(put(w.store(), counter_at<Room>(1, 0)));
            auto plan = fault_plan::at(1, what);
            auto failing = with_faults(w.all, plan);
            auto& store = *(failing.*Room::member);
            bool repeat = false;
            auto batch = message_batch<Room>(1, 2, &repeat);
            auto done = transact(store, batch);
            ASSERT_FALSE(done);
            EXPECT_EQ(done.error().code(),
                      what == fault::unavailable ? error_code::store_unavailable : error_code::outcome_unknown);
            EXPECT_EQ(count_of<Room>(w.store(), 1), what == fault::unknown_written ? 1 : 0);
            ASSERT_TRUE(transact(store, batch)) << "the same batch, again";
            EXPECT_EQ(repeat, what == fault::unknown_written);
            EXPECT_EQ(count_of<Room>(w.store(), 1), 1);
            EXPECT_EQ(plan->struck(), 1u);
        });
    }
}

}  // namespace shop::testing
