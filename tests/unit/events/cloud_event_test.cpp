#include <shop/events/cloud_event.hpp>

#include <gtest/gtest.h>

namespace shop::events::tests {

event confirmed() {
    event told;
    told.type = "shop.order.confirmed.v1";
    told.source = *store_epoch::parse("019a0000-0000-7000-8000-000000000001");
    told.subject = "019a0000-0000-7000-8000-0000000000a5";
    told.sequence = 2;
    told.time = *parse_timestamp("2026-03-01T10:30:00.05+01:00");
    told.data.status = "confirmed";
    told.data.customer_id = "ann";
    return told;
}

TEST(cloud_events, carry_every_attribute_as_the_json_format_has_it) {
    EXPECT_EQ(to_cloud_event(confirmed()),
              R"({"specversion":"1.0",)"
              R"("id":"019a0000-0000-7000-8000-000000000001/019a0000-0000-7000-8000-0000000000a5/2",)"
              R"("source":"urn:uuid:019a0000-0000-7000-8000-000000000001","type":"shop.order.confirmed.v1",)"
              R"("subject":"019a0000-0000-7000-8000-0000000000a5","sequence":"0000000000000000002",)"
              R"("time":"2026-03-01T09:30:00.050Z","datacontenttype":"application/json",)"
              R"("data":{"status":"confirmed","customer_id":"ann"}})");
}

TEST(cloud_events, of_one_event_have_one_id_and_of_two_never) {
    auto const first = confirmed();
    auto next = first, elsewhere = first, of_another = first;
    next.sequence = 3;
    elsewhere.source.value.bytes[15] = 9;
    of_another.subject.back() = '6';
    EXPECT_EQ(cloud_event_id(first), cloud_event_id(confirmed()));
    for (auto const& other : {next, elsewhere, of_another}) EXPECT_NE(cloud_event_id(first), cloud_event_id(other));
}

TEST(cloud_events, whose_sequences_are_compared_as_texts_stand_in_their_order) {
    auto const sequence_of = [](std::uint64_t n) {
        auto told = confirmed();
        told.sequence = n;
        auto const text = to_cloud_event(told);
        auto const at = text.find("\"sequence\":\"") + 12;
        return text.substr(at, text.find('"', at) - at);
    };
    EXPECT_LT(sequence_of(9), sequence_of(10));
    EXPECT_LT(sequence_of(99), sequence_of(9'223'372'036'854'775'807));
    EXPECT_EQ(sequence_of(9'223'372'036'854'775'807), "9223372036854775807");
}

}  // namespace shop::events::tests
