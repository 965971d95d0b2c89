#include "telemetry/json_log.hpp"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

#include <shop/json/json.hpp>

namespace {

using shop::severity;
using testing::HasSubstr;
using testing::Not;

class json_log_test : public testing::Test {
protected:
    std::string written() const { return out_.str(); }
    /// The one line that was written, parsed.
    std::string member(char const* name) {
        text_ = written();
        text_.pop_back();
        auto const parsed = shop::json::parse(text_);
        EXPECT_TRUE(parsed) << text_;
        auto const found = parsed ? parsed->root().find(name) : std::nullopt;
        return found ? std::string(found->as_string()) : "(missing)";
    }

    std::ostringstream out_;
    std::string text_;
    shop_server::json_log log_{severity::info, std::make_shared<spdlog::sinks::ostream_sink_mt>(out_)};
};

TEST_F(json_log_test, writes_one_object_a_line) {
    log_.write(severity::warning, "subscriber cannot be told", {{"subscriber", "products"}, {"reason", "overloaded"}});
    EXPECT_THAT(written(), testing::EndsWith("}\n"));
    EXPECT_EQ(member("level"), "warning");
    EXPECT_EQ(member("event"), "subscriber cannot be told");
    EXPECT_EQ(member("subscriber"), "products");
    EXPECT_EQ(member("reason"), "overloaded");
    EXPECT_TRUE(shop::parse_timestamp(member("time")));
}

TEST_F(json_log_test, line_breaks_and_escape_sequences_stay_inside_their_value) {
    log_.write(severity::info, "said", {{"text", "one\r\n{\"level\":\"error\"}\x1b[31m\x7f"}});
    auto const text = written();
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, Not(HasSubstr("\x7f")));
    EXPECT_EQ(member("level"), "info");
    EXPECT_EQ(member("text"), "one\r\n{\"level\":\"error\"}\x1b[31m?");
}

TEST_F(json_log_test, bytes_that_are_no_text_become_question_marks) {
    log_.write(severity::info, "said", {{"text", std::string("a\xff\xc3(\xe2\x80\xae\xed\xa0\x80z\0!", 13)}});
    EXPECT_THAT(member("text"), testing::StartsWith("a?"));
    EXPECT_THAT(member("text"), HasSubstr("z"));
}

TEST_F(json_log_test, long_values_are_cut) {
    log_.write(severity::info, "said", {{"text", std::string(1'000'000, 'x')}});
    EXPECT_EQ(member("text"), std::string(shop_server::log_value_bytes_max, 'x') + "...");
}

TEST_F(json_log_test, a_cut_does_not_halve_a_character) {
    log_.write(severity::info, "said", {{"text", std::string(shop_server::log_value_bytes_max - 1, 'x') + "\u00e9"}});
    EXPECT_EQ(member("text"), std::string(shop_server::log_value_bytes_max - 1, 'x') + "?...");
}

TEST_F(json_log_test, what_is_below_the_level_is_not_written) {
    log_.write(severity::debug, "detail", {});
    EXPECT_EQ(written(), "");
    EXPECT_FALSE(log_.wants(severity::debug));
    log_.set_level(severity::debug);
    log_.write(severity::debug, "detail", {});
    EXPECT_EQ(member("level"), "debug");
}

}  // namespace
