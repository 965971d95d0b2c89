#include <gtest/gtest.h>

#include <set>

#include <shop/http/problem.hpp>

namespace shop::http {
namespace {

using namespace std::string_literals;

TEST(response, row32_refuses_values_that_would_end_the_line) {
    response answer;
    for (auto const& value : {"a\rb"s, "a\nb"s, "a\r\nX: y"s, "a\0b"s, "a\x7f"s}) {
        EXPECT_THROW(answer.add("Location", value), std::invalid_argument);
    }
    EXPECT_THROW(answer.add("Bad Name", "x"), std::invalid_argument);
    EXPECT_THROW(answer.add("", "x"), std::invalid_argument);
    EXPECT_THROW(answer.add("content-length", "3"), std::invalid_argument);
    EXPECT_EQ(answer.fields(), "");
    answer.add("Location", "/v1/orders/1").add("ETag", "\"3\"");
    EXPECT_EQ(answer.fields(), "Location: /v1/orders/1\r\nETag: \"3\"\r\n");
    EXPECT_EQ(answer.find("etag"), "\"3\"");
    EXPECT_EQ(answer.find("Retry-After"), std::nullopt);
}

TEST(problem, has_the_members_of_every_problem) {
    request about;
    about.path = "/v1/orders/1";
    auto const answer = problem(error(error_code::not_found, "there is no \"such\" order"), about);
    EXPECT_EQ(answer.status, 404u);
    EXPECT_EQ(answer.content_type(), "application/problem+json");
    auto const title = std::string(error(error_code::not_found).row().title);
    EXPECT_EQ(answer.body, "{\"type\":\"urn:shop:error:not_found\",\"title\":\"" + title +
                               "\",\"status\":404,\"detail\":\"there is no \\\"such\\\" order\","
                               "\"instance\":\"/v1/orders/1\",\"code\":\"not_found\",\"retryable\":false}");
    EXPECT_EQ(answer.find("Retry-After"), std::nullopt);
}

TEST(problem, has_the_typed_details_of_its_error) {
    error_details details;
    details.errors.push_back({"/lines/0", "the value must be a number"});
    details.from = "shipped";
    details.to = "pending";
    details.allowed = {"delivered", "shipped"};
    details.current_version = 7;
    details.retry_after_s = 3;
    auto const answer = problem(error(error_code::invalid_transition, std::move(details)));
    EXPECT_NE(answer.body.find("\"errors\":[{\"pointer\":\"/lines/0\",\"detail\":\"the value must be a number\"}],"
                               "\"from\":\"shipped\",\"to\":\"pending\",\"allowed\":[\"delivered\",\"shipped\"],"
                               "\"current_version\":7}"),
              std::string::npos)
        << answer.body;
    EXPECT_EQ(answer.find("Retry-After"), "3");
}

TEST(problem, an_end_says_that_nothing_is_allowed) {
    error_details details;
    details.from = "cancelled";
    details.to = "shipped";
    auto const answer = problem(error(error_code::invalid_transition, std::move(details)));
    EXPECT_NE(answer.body.find("\"allowed\":[]"), std::string::npos) << answer.body;
    EXPECT_EQ(problem(error(error_code::not_found)).body.find("allowed"), std::string::npos);
}

TEST(problem, says_when_to_come_back) {
    EXPECT_EQ(problem(error(error_code::overloaded)).find("Retry-After"), "1");
    EXPECT_EQ(problem(error(error_code::rate_limited)).find("Retry-After"), "1");
    EXPECT_EQ(problem(refusal::overloaded, "busy").find("Retry-After"), "1");
}

TEST(problem, every_error_has_a_status_of_its_kind) {
    std::set<unsigned> statuses;
    for (auto const& row : error_table) statuses.insert(status_of(error(row.code)));
    for (auto status : statuses) EXPECT_TRUE(status >= 400 && status < 600);
    EXPECT_EQ(status_of(error(error_code::unsupported_media_type)), 415u);
    EXPECT_EQ(status_of(error(error_code::malformed_json)), 400u);
    EXPECT_EQ(status_of(error(error_code::out_of_stock)), 409u);
    EXPECT_EQ(status_of(error(error_code::invalid_value)), 422u);
    EXPECT_EQ(status_of(error(error_code::version_mismatch)), 412u);
    EXPECT_EQ(status_of(error(error_code::version_required)), 428u);
    EXPECT_EQ(status_of(error(error_code::deadline_exceeded)), 504u);
}

}  // namespace
}  // namespace shop::http
