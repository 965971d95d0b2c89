#pragma once

#include <algorithm>

#include "contract_suite.hpp"

namespace shop::testing {

/// Writes the odd samples of a type and finds each of them again, by key and by scan.
template <class Room, class Record>
void test_odd_values(opened<Room>& w) {
    auto written = sample<Record>::odd();
    ASSERT_TRUE(put(w.store(), written)) << Record::table;
    auto found = scan_all<Record>(w.store(), 4);
    ASSERT_EQ(found.size(), written.size()) << Record::table;
    for (auto& r : written) {
        auto same_key = [&](Record const& f) {
            if constexpr (is_log<Record>) return equal_but_for_position(f, r);
            return key_of_record(f) == key_of_record(r);
        };
        auto at = std::find_if(found.begin(), found.end(), same_key);
        ASSERT_NE(at, found.end()) << Record::table;
        set_revision(r, 1);
        if constexpr (!is_log<Record>) {
            EXPECT_EQ(*at, r) << Record::table;
        }
        auto group = load_group<Record>(w.store(), load_key_of_record(*at));
        EXPECT_NE(std::find(group.begin(), group.end(), *at), group.end()) << Record::table << ", by key";
    }
}

template <class Room, class Record>
void test_scan(opened<Room>& w) {
    constexpr int count = 25;
    std::vector<Record> written;
    for (int i = 0; i < count; ++i) written.push_back(sample<Record>::make(is_log<Record> ? i : i * 7 % count));
    ASSERT_TRUE(put(w.store(), std::vector(written.begin(), written.begin() + 10))) << Record::table;
    ASSERT_TRUE(put(w.store(), std::vector(written.begin() + 10, written.end()))) << Record::table;
    if constexpr (!is_log<Record>) {
        std::sort(written.begin(), written.end(),
                  [](Record const& a, Record const& b) { return key_of_record(a) < key_of_record(b); });
    }
    for (std::size_t page : {1, 7, 24, 25, 26}) {
        auto found = scan_all<Record>(w.store(), page);
        ASSERT_EQ(found.size(), std::size_t{count}) << Record::table << ", pages of " << page;
        for (int i = 0; i < count; ++i) {
            auto expected = written[static_cast<std::size_t>(i)];
            set_revision(expected, 1);
            EXPECT_TRUE(equal_but_for_position(found[static_cast<std::size_t>(i)], expected))
                << Record::table << ' ' << i;
        }
        EXPECT_EQ(scan_page<Record>(w.store(), {}, page).size(), std::min<std::size_t>(page, count)) << Record::table;
    }
    EXPECT_TRUE(scan_page<Record>(w.store(), {}, 0).empty());
}

template <class Room, class Log>
void test_log_positions(opened<Room>& w) {
    using schema = typename Room::schema;
    ASSERT_TRUE(put(w.store(), std::vector{sample<Log>::make(1), sample<Log>::make(2), sample<Log>::make(3)}));
    auto all = scan_all<Log>(w.store());
    ASSERT_EQ(all.size(), 3u);
    EXPECT_GT(all[0].position, 0u);
    EXPECT_LT(all[0].position, all[1].position);
    EXPECT_LT(all[1].position, all[2].position);
    auto second = load_one<Log>(w.store(), key_of_record(all[1]));
    ASSERT_TRUE(second);
    EXPECT_EQ(*second, all[1]);

    changes<schema> gone;
    gone.template erase<Log>(key_of_record(all[0]));
    gone.template erase<Log>(key_of_record(all[2]));
    ASSERT_TRUE(write(w.store(), gone));
    EXPECT_FALSE(load_one<Log>(w.store(), key_of_record(all[2])));
    ASSERT_TRUE(put(w.store(), sample<Log>::make(4)));
    auto left = scan_all<Log>(w.store());
    ASSERT_EQ(left.size(), 2u);
    EXPECT_EQ(left[0], all[1]);
    EXPECT_GT(left[1].position, all[2].position) << "a position is never given twice";
}

template <class Room>
void register_reading_tests(contract_suite<Room>& suite) {
    using schema = typename Room::schema;
    using counter = typename Room::counter;

    suite.test("gives_back_every_value_byte_by_byte",
               [](opened<Room>& w) { schema::for_each([&]<class Record>() { test_odd_values<Room, Record>(w); }); });

    suite.test("scans_each_table_in_the_order_of_its_keys_page_by_page",
               [](opened<Room>& w) { schema::for_each([&]<class Record>() { test_scan<Room, Record>(w); }); });

    suite.test("loads_each_key_in_its_place_and_absent_ones_as_empty", [](opened<Room>& w) {
        ASSERT_TRUE(put(w.store(), std::vector{counter_at<Room>(1, 1), counter_at<Room>(3, 3)}));
        auto keys = counter_keys<Room>({3, 2, 1});
        keys.normalise();
        auto rows = run(w.store().load(std::make_shared<key_set<schema> const>(keys))).value();
        ASSERT_EQ(rows->template groups<counter>().size(), 3u);
        EXPECT_EQ(Room::count(counter_in<Room>(*rows, 1)), 1);
        EXPECT_EQ(rows->template find<counter>(counter_key<Room>(2)), nullptr);
        EXPECT_EQ(Room::count(counter_in<Room>(*rows, 3)), 3);
    });

    suite.test("answers_an_empty_load", [](opened<Room>& w) {
        auto rows = run(w.store().load(std::make_shared<key_set<schema> const>())).value();
        EXPECT_TRUE(rows->template groups<counter>().empty());
    });

    suite.test("hands_out_values_that_later_writes_leave_alone", [](opened<Room>& w) {
        ASSERT_TRUE(put(w.store(), counter_at<Room>(1, 1)));
        auto shared = std::make_shared<key_set<schema> const>(counter_keys<Room>({1}));
        auto rows = run(w.store().load(shared)).value();
        ASSERT_TRUE(add<Room>(w.store(), 1, 1));
        EXPECT_EQ(Room::count(counter_in<Room>(*rows, 1)), 1);
        EXPECT_EQ(count_of<Room>(w.store(), 1), 2);
    });

    schema::for_each([&]<class Record>() {
        if constexpr (is_log<Record>) {
            suite.test("never_gives_a_position_of_its_log_twice", test_log_positions<Room, Record>);
        }
    });
}

template <class Record>
using rows_of = std::vector<Record>;

template <class Room>
void register_reopening_tests(contract_suite<Room>& suite) {
    using schema = typename Room::schema;
    using counter = typename Room::counter;

    suite.test("finds_everything_again_when_reopened", [](opened<Room>& w) {
        std::size_t total = 0;
        schema::for_each([&]<class Record>() { total += sample<Record>::odd().size(); });
        schema::for_each([&]<class Record>() { ASSERT_TRUE(put(w.store(), sample<Record>::odd())) << Record::table; });
        auto epoch = w.store().epoch();
        typename schema::template map<rows_of> before, after;
        schema::for_each([&]<class Record>() { std::get<std::vector<Record>>(before) = scan_all<Record>(w.store()); });
        w.reopen();
        schema::for_each([&]<class Record>() { std::get<std::vector<Record>>(after) = scan_all<Record>(w.store()); });
        schema::for_each([&]<class Record>() {
            auto const& found = std::get<std::vector<Record>>(after);
            EXPECT_EQ(found, std::get<std::vector<Record>>(before)) << Record::table;
            total -= found.size();
        });
        EXPECT_EQ(total, 0u) << "all that was written";
        EXPECT_EQ(w.store().epoch(), epoch);
    });

    suite.test("forgets_nothing_that_was_answered_last", [](opened<Room>& w) {
        ASSERT_TRUE(put(w.store(), counter_at<Room>(1, 0)));
        for (int round = 1; round <= 3; ++round) {
            ASSERT_TRUE(add<Room>(w.store(), 1, 1));
            w.reopen();
            auto now = load_one<counter>(w.store(), counter_key<Room>(1));
            ASSERT_TRUE(now);
            EXPECT_EQ(Room::count(*now), round);
            EXPECT_EQ(now->revision, 1u + static_cast<unsigned>(round));
        }
    });

    suite.test("keeps_erased_what_was_erased_when_reopened", [](opened<Room>& w) {
        ASSERT_TRUE(put(w.store(), std::vector{counter_at<Room>(1, 1), counter_at<Room>(2, 2)}));
        changes<schema> gone;
        gone.template erase<counter>(key_of_record(counter_at<Room>(1, 0)));
        ASSERT_TRUE(write(w.store(), gone));
        w.reopen();
        EXPECT_EQ(count_of<Room>(w.store(), 1), std::nullopt);
        EXPECT_EQ(count_of<Room>(w.store(), 2), 2);
    });

    schema::for_each([&]<class Record>() {
        if constexpr (is_log<Record>) {
            suite.test("goes_on_with_the_positions_of_its_log_when_reopened", [](opened<Room>& w) {
                ASSERT_TRUE(put(w.store(), std::vector{sample<Record>::make(1), sample<Record>::make(2)}));
                auto last = scan_all<Record>(w.store()).at(1);
                changes<schema> gone;
                gone.template erase<Record>(key_of_record(last));
                ASSERT_TRUE(write(w.store(), gone));
                w.reopen();
                ASSERT_TRUE(put(w.store(), sample<Record>::make(3)));
                auto all = scan_all<Record>(w.store());
                ASSERT_EQ(all.size(), 2u);
                EXPECT_GT(all[1].position, last.position);
            });
        }
    });
}

}  // namespace shop::testing
