#include "channels/webhook/signature.hpp"

#include <gmock/gmock.h>

#include <set>

namespace {

using namespace shop_server::webhook;
using ::testing::MatchesRegex;
using ::testing::StartsWith;
using texts = std::vector<std::string>;

// The example of the specification's own libraries.
constexpr auto known_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr auto known_id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr auto known_body = R"({"test": 2432232314})";
constexpr shop::timestamp known_time{std::chrono::seconds(1'614'265'330)};
constexpr auto known_signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
constexpr auto other_secret = "whsec_c2hvcCB3ZWJob29rIHNlY3JldCBudW1iZXIgb25lICE=";
constexpr auto other_signature = "v1,5LpR8+Q0QGRWq+JcLo1vmke85d9qC92rWK9rPvdLuA0=";

std::string signature_of(std::string_view id, shop::timestamp at, std::string_view body, texts const& secrets) {
    auto const made = sign(id, at, body, secrets);
    return made ? made->signature : std::string(made.error().word());
}

TEST(webhook_signatures, are_those_of_the_known_vector) {
    auto const made = sign(known_id, known_time, known_body, texts{known_secret});
    ASSERT_TRUE(made);
    EXPECT_EQ(made->timestamp, "1614265330");
    EXPECT_EQ(made->signature, known_signature);
}

TEST(webhook_signatures, of_two_secrets_are_parted_by_one_blank) {  // row 106
    EXPECT_EQ(signature_of(known_id, known_time, known_body, {known_secret, other_secret}),
              std::string(known_signature) + ' ' + other_signature);
}

TEST(webhook_signatures, stand_for_whole_seconds) {
    auto const made = sign(known_id, known_time + std::chrono::milliseconds(999), known_body, texts{known_secret});
    EXPECT_EQ(made->timestamp, "1614265330");
    EXPECT_EQ(made->signature, known_signature);
}

TEST(webhook_signatures, change_with_every_part) {
    std::set<std::string> const all{
        signature_of(known_id, known_time, known_body, {known_secret}),
        signature_of("msg_2", known_time, known_body, {known_secret}),
        signature_of(known_id, known_time + std::chrono::seconds(1), known_body, {known_secret}),
        signature_of(known_id, known_time, R"({"test": 2432232315})", {known_secret}),
        signature_of(known_id, known_time, known_body, {other_secret}),
    };
    EXPECT_EQ(all.size(), 5u);
}

TEST(webhook_secrets, are_drawn_of_32_bytes_in_padded_standard_base64_each_another) {
    std::set<std::string> all;
    for (int i = 0; i < 64; ++i) {
        auto const drawn = draw_secret();
        ASSERT_TRUE(drawn);
        EXPECT_THAT(*drawn, MatchesRegex("whsec_[A-Za-z0-9+/]{43}="));
        ASSERT_TRUE(bytes_of_secret(*drawn));
        EXPECT_EQ(bytes_of_secret(*drawn)->size(), 32u);
        all.insert(*drawn);
    }
    EXPECT_EQ(all.size(), 64u);
}

TEST(webhook_secrets, of_24_to_64_bytes_sign_and_no_others) {
    auto const of_bytes = [](std::size_t count) {  // of zero bytes
        std::string text((count + 2) / 3 * 4, 'A');
        for (std::size_t pad = (3 - count % 3) % 3; pad > 0; --pad) text[text.size() - pad] = '=';
        return "whsec_" + text;
    };
    for (std::size_t const good : {24, 25, 26, 32, 63, 64}) {
        ASSERT_TRUE(bytes_of_secret(of_bytes(good))) << good;
        EXPECT_EQ(*bytes_of_secret(of_bytes(good)), std::string(good, '\0'));
    }
    for (std::size_t const bad : {0, 1, 23, 65, 300}) EXPECT_FALSE(bytes_of_secret(of_bytes(bad))) << bad;
    for (auto const* bad : {"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
                            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS-", " whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n   ", "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}) {
        EXPECT_FALSE(bytes_of_secret(bad)) << bad;
        auto const refused = sign(known_id, known_time, known_body, texts{bad});
        ASSERT_FALSE(refused) << bad;
        EXPECT_EQ(refused.error().message(), "a webhook secret cannot sign") << "and says nothing of it";
    }
}

}  // namespace
