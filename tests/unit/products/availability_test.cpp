#include "fixture.hpp"

namespace shop::products::tests {

using ::testing::SizeIs;

class noting : public product_rules {
protected:
    void say(std::uint64_t sequence, std::int64_t available, std::uint8_t epoch = 1) {
        note_availability said;
        said.sku = sku("MUG-1");
        said.epoch.value.bytes[0] = epoch;
        said.sequence = sequence;
        said.available = available;
        said.as_of = now;
        ASSERT_TRUE(note_all({said}).front());
    }
    std::int64_t known() { return rows.find<availability_record>({sku("MUG-1")})->available; }
};

TEST_F(noting, keeps_the_first_word_about_a_sku) {
    say(3, 10);
    EXPECT_EQ(known(), 10);
}

TEST_F(noting, takes_a_newer_word) {
    say(3, 10);
    say(4, 9);
    EXPECT_EQ(known(), 9);
    EXPECT_THAT(written.puts<availability_record>(), SizeIs(1));
}

TEST_F(noting, ignores_an_older_or_equal_word) {
    say(3, 10);
    say(3, 7);
    EXPECT_TRUE(written.empty());
    say(2, 7);
    EXPECT_EQ(known(), 10);
}

TEST_F(noting, takes_any_word_of_another_epoch) {
    say(300, 10, 1);
    say(1, 4, 2);
    EXPECT_EQ(known(), 4);
}

TEST_F(noting, keeps_the_newest_of_a_batch) {
    note_availability first, second;
    first.sku = second.sku = sku("MUG-1");
    first.sequence = 2;
    first.available = 20;
    second.sequence = 1;
    second.available = 10;
    note_all({first, second});
    EXPECT_EQ(known(), 20);
}

availability shown(std::int64_t available, std::int64_t threshold, bool untracked = false) {
    availability_record known;
    known.available = available;
    known.low_stock_threshold = threshold;
    known.untracked = untracked;
    return rules::product_of(product_record{}, &known).availability;
}

TEST(availability_hint, follows_from_the_count_and_the_threshold) {
    EXPECT_EQ(shown(10, 5).status, availability_status::in_stock);
    EXPECT_EQ(shown(6, 5).status, availability_status::in_stock);
    EXPECT_EQ(shown(5, 5).status, availability_status::low_stock);
    EXPECT_EQ(shown(1, 5).status, availability_status::low_stock);
    EXPECT_EQ(shown(1, 0).status, availability_status::in_stock);
    EXPECT_EQ(shown(0, 5).status, availability_status::out_of_stock);
    EXPECT_EQ(shown(-2, 5).status, availability_status::out_of_stock);
    EXPECT_EQ(shown(0, 5, true).status, availability_status::untracked);
}

TEST(availability_hint, is_out_of_stock_as_of_never_before_the_first_word) {
    auto const none = rules::product_of(product_record{}, nullptr).availability;
    EXPECT_EQ(none.status, availability_status::out_of_stock);
    EXPECT_EQ(none.available, 0);
    EXPECT_FALSE(none.as_of);
}

}  // namespace shop::products::tests
