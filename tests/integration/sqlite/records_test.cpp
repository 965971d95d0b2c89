#include "own_schema.hpp"

namespace own {
namespace {

class sqlite_records : public bench {};

thing full_thing() {
    thing t;
    t.name = "full";
    t.place = location("north");
    t.flag = true;
    t.small = -7;
    t.count = 9'007'199'254'740'993;
    t.big = 0xfedcba9876543210;
    t.at = timestamp(std::chrono::milliseconds(-5));
    t.raw.bytes[3] = 0xff;
    t.order.value.bytes[0] = 1;
    t.digest[15] = 9;
    t.text = std::string("quote ' and \xc3\xa9");
    t.sku = shop::sku("MUG-1");
    t.currency = *currency::parse("EUR");
    t.colour = colour::green;
    t.quantity = quantity(1'000'000);
    t.maybe_count = 0;
    t.maybe_text = "";
    t.maybe_order = order_id{};
    t.content = document<part>(part{"wheel", 4});
    t.parts = {{"axle", 2}, {"bell", 1}};
    t.price = eur(1'999);
    return t;
}

TEST_F(sqlite_records, come_back_as_they_were_written_with_each_kind_of_column) {
    auto shop = open().value();
    auto wanted = full_thing();
    ASSERT_TRUE(wait(shop.store->transact(puts([&](auto& out) {
        out.put(wanted);
        out.put(named("bare"));
    }))));
    wanted.revision = 1;
    EXPECT_EQ(things(*shop.store, "full"), std::vector{wanted});
    auto bare = named("bare");
    bare.revision = 1;
    EXPECT_EQ(things(*shop.store, "bare"), std::vector{bare});
}

TEST_F(sqlite_records, survive_reopening_with_the_same_epoch) {
    store_epoch before;
    {
        auto shop = open().value();
        before = shop.store->epoch();
        ASSERT_TRUE(wait(shop.store->transact(puts([](auto& out) { out.put(named("kept", 3)); }))));
    }
    auto shop = open().value();
    EXPECT_EQ(shop.store->epoch(), before);
    EXPECT_FALSE(before.is_nil());
    ASSERT_EQ(things(*shop.store, "kept").size(), 1u);
    EXPECT_EQ(things(*shop.store, "kept")[0].count, 3);
}

TEST_F(sqlite_records, load_as_groups_in_the_order_of_their_keys) {
    auto shop = open().value();
    ASSERT_TRUE(wait(shop.store->transact(puts([](auto& out) {
        for (auto place : {"south", "east", "main"}) {
            auto t = named("chair");
            t.place = location(place);
            out.put(t);
        }
    }))));
    auto found = things(*shop.store, "chair");
    ASSERT_EQ(found.size(), 3u);
    EXPECT_EQ(found[0].place.text(), "east");
    EXPECT_EQ(found[1].place.text(), "main");
    EXPECT_EQ(found[2].place.text(), "south");
    EXPECT_TRUE(things(*shop.store, "table").empty());
}

TEST_F(sqlite_records, raise_their_revision_with_each_write_and_refuse_a_stale_one) {
    auto shop = open().value();
    ASSERT_TRUE(wait(shop.store->transact(puts([](auto& out) { out.put(named("cup", 1)); }))));
    auto cup = things(*shop.store, "cup").at(0);
    cup.count = 2;
    ASSERT_TRUE(wait(shop.store->transact(puts([&](auto& out) { out.put(cup); }))));
    EXPECT_EQ(things(*shop.store, "cup").at(0).revision, 2u);

    cup.count = 3;  // still of revision 1
    auto stale = puts([&](auto& out) { out.put(cup); });
    auto refused = wait(shop.store->transact(stale));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), error_code::store_unavailable);
    EXPECT_EQ(stale->runs, 1 + limits::transact_attempts_max);
    EXPECT_EQ(things(*shop.store, "cup").at(0).count, 2);
}

TEST_F(sqlite_records, can_go_and_come_back_under_their_key_in_one_batch) {
    auto shop = open().value();
    ASSERT_TRUE(wait(shop.store->transact(puts([](auto& out) { out.put(named("cup", 1)); }))));
    ASSERT_TRUE(wait(shop.store->transact(puts([](auto& out) {
        out.template erase<thing>({"cup", location()});
        out.put(named("cup", 5));
    }))));
    auto cup = things(*shop.store, "cup");
    ASSERT_EQ(cup.size(), 1u);
    EXPECT_EQ(cup[0].count, 5);
    EXPECT_EQ(cup[0].revision, 1u);
}

TEST_F(sqlite_records, are_scanned_from_end_to_end_by_their_keys) {
    auto shop = open().value();
    ASSERT_TRUE(wait(shop.store->transact(puts([](auto& out) {
        for (auto name : {"b", "a", "c"}) {
            for (auto place : {"z", "main"}) {
                auto t = named(name);
                t.place = location(place);
                out.put(t);
            }
        }
    }))));
    std::vector<std::string> seen;
    std::optional<key_of<thing>> after;
    for (;;) {
        auto page = wait(shop.store->scan<thing>(after, 4)).value();
        if (page.empty()) break;
        for (auto const& t : page) seen.push_back(t.name + "/" + std::string(t.place.text()));
        after = key_of_record(page.back());
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"a/main", "a/z", "b/main", "b/z", "c/main", "c/z"}));
}

TEST_F(sqlite_records, of_a_log_get_positions_that_rise_and_are_never_given_twice) {
    {
        auto shop = open().value();
        for (auto word : {"one", "two", "three"}) ASSERT_TRUE(wait(shop.store->transact(puts_note(word))));
        ASSERT_TRUE(wait(shop.store->transact(puts([](auto& out) {
            out.template erase<note>({2});
            out.template erase<note>({3});
        }))));
    }
    auto shop = open().value();
    ASSERT_TRUE(wait(shop.store->transact(puts_note("four"))));
    auto notes = wait(shop.store->notes(0, 10)).value();
    ASSERT_EQ(notes.size(), 2u);
    EXPECT_EQ(notes[0], (note{1, "one"}));
    EXPECT_EQ(notes[1], (note{4, "four"}));
}

TEST_F(sqlite_records, of_a_log_go_on_behind_those_of_another_process) {
    auto serving = open().value();
    ASSERT_TRUE(wait(serving.store->transact(puts_note("serving"))));
    {
        storage::sqlite_options beside;
        beside.exclusive = false;
        auto importing = open(beside).value();
        EXPECT_FALSE(importing.store->exclusive());
        ASSERT_TRUE(wait(importing.store->transact(puts_note("imported"))));
    }
    ASSERT_TRUE(wait(serving.store->transact(puts_note("later"))));
    auto notes = wait(serving.store->notes(0, 10)).value();
    ASSERT_EQ(notes.size(), 3u);
    EXPECT_EQ(notes[1], (note{2, "imported"}));
    EXPECT_EQ(notes[2], (note{3, "later"}));
}

TEST_F(sqlite_records, that_were_changed_by_hand_stop_the_store_naming_the_table_only) {
    {
        auto shop = open().value();
        ASSERT_TRUE(wait(shop.store->transact(puts([](auto& out) {
            out.put(named("secret", 3));
            out.put(named("other", 3));
        }))));
    }
    tamper("UPDATE own_thing SET count = 4 WHERE name = 'secret'");
    auto shop = open().value();
    EXPECT_EQ(things(*shop.store, "other").size(), 1u);

    auto keys = std::make_shared<key_set<schema>>();
    keys->add<thing>("secret");
    auto read = wait(shop.store->load(keys));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code(), error_code::store_corrupt);
    EXPECT_EQ(read.error().message(), "a row of own_thing is not as it was written");

    auto write = wait(shop.store->transact(puts_note("after")));
    ASSERT_FALSE(write);
    EXPECT_EQ(write.error().code(), error_code::store_corrupt);
    EXPECT_EQ(wait(shop.store->notes(0, 1)).error().code(), error_code::store_corrupt);
}

TEST_F(sqlite_records, whose_checksum_was_changed_are_damage_too) {
    auto shop = open().value();
    ASSERT_TRUE(wait(shop.store->transact(puts_note("x"))));
    tamper("UPDATE own_note SET checksum = checksum + 1");
    EXPECT_EQ(wait(shop.store->notes(0, 1)).error().code(), error_code::store_corrupt);
}

}  // namespace
}  // namespace own
