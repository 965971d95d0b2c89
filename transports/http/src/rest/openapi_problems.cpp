#include <algorithm>
#include <array>
#include <set>

#include <boost/json/array.hpp>

#include <shop/http/problem.hpp>

#include "rest/openapi_parts.hpp"

/// Why requests are refused, as schemas and answers of an OpenAPI document: one for each status.
namespace shop::http::detail {

namespace {

using std::string;
using std::string_view;

constexpr string_view problem_type = "application/problem+json";

/// The statuses that a route, or the shop behind it, refuses with; the rest is the server's, before either is asked.
constexpr std::array<unsigned, 14> told_statuses{400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429, 500, 503, 504};

/// One word that a problem can have.
struct problem_word {
    unsigned status;
    string_view word, title, remedy;
    bool retryable;
    bool is_of_http;
};

std::vector<problem_word> problem_words() {
    std::vector<problem_word> out;
    for (auto const& one : error_table) {
        if (one.code == error_code::not_supported) continue;  // of a start, never of a request
        out.push_back({status_of(error(one.code)), one.word, one.title, one.remedy, one.retryable, false});
    }
    for (auto const& one : refusal_table()) {
        if (one.is_of_http) out.push_back({one.status, one.word, one.title, one.remedy, one.retryable, true});
    }
    return out;
}

/// `409`; `4XX` for what only the server answers.
string key_of(unsigned status) {
    auto const digits = std::to_string(status);
    return std::ranges::count(told_statuses, status) ? digits : digits.substr(0, 1) + "XX";
}

bool is_in(problem_word const& one, string_view key) {
    auto const own = key_of(one.status);
    return own == key || (key == "4XX" && one.is_of_http && own.front() == '4');
}

/// The typed members that problems of a word have.
std::vector<string_view> details_of(string_view word) {
    if (word == "malformed_request" || word == "invalid_value") return {"errors"};
    if (word == "out_of_stock" || word == "insufficient_stock") return {"shortages"};
    if (word == "invalid_transition") return {"from", "to", "allowed"};
    if (word == "version_mismatch") return {"current_version"};
    if (word == "stock_committed") return {"on_hand", "promised", "least"};
    return {};
}

tree::value example_of(problem_word const& one, api_model const& model, example_maker const& examples) {
    tree::object out{{"type", "urn:shop:error:" + string(one.word)},
                     {"title", one.title},
                     {"status", one.status},
                     {"detail", one.title},
                     {"instance", "/v1/orders"},
                     {"code", one.word},
                     {"retryable", one.retryable}};
    auto const details = details_of(one.word);
    for (auto const& m : model.problem) {
        if (std::ranges::count(details, m.name)) out[m.name] = examples.of_member(m);
    }
    return out;
}

void add_problem(openapi_parts& to, string const& key, std::vector<problem_word> const& words, api_model const& model,
                 example_maker const& examples) {
    tree::array codes;
    tree::object shown, status{{"type", "integer"}};
    string titles;
    unsigned one_status = 0;
    for (auto const& one : words) {
        if (!is_in(one, key)) continue;
        codes.emplace_back(one.word);
        one_status = one.status;
        shown[one.word] = {
            {"summary", one.title}, {"description", one.remedy}, {"value", example_of(one, model, examples)}};
        titles.append(titles.empty() ? "" : ", ").append("`").append(one.word).append("`");
    }
    if (key.ends_with("XX")) {
        status["minimum"] = (key.front() - '0') * 100;
        status["maximum"] = (key.front() - '0') * 100 + 99;
    } else {
        status["const"] = one_status;
    }
    to.schemas["problem_" + key] = {
        {"allOf", tree::array{reference("schemas", "problem"),
                              {{"type", "object"},
                               {"properties",
                                {{"status", std::move(status)}, {"code", {{"type", "string"}, {"enum", codes}}}}}}}}};
    tree::object response{
        {"description", "Refused: " + titles + "."},
        {"content",
         {{problem_type, {{"schema", reference("schemas", "problem_" + key)}, {"examples", std::move(shown)}}}}}};
    if (key == "401") response["headers"] = {{"WWW-Authenticate", answer_field("How to say who you are.")}};
    if (key == "429" || key == "503") {
        response["headers"] = {{"Retry-After", answer_field("How many seconds to wait.", "integer")}};
    }
    to.responses["problem_" + key] = std::move(response);
}

}  // namespace

void add_problems(openapi_parts& to, api_model const& model, example_maker const& examples) {
    auto const words = problem_words();
    auto problem = object_schema(model.problem, false);
    tree::object properties;
    tree::array needed, codes;
    for (auto const& one : problem_members()) {
        auto const type = one.type == "text" ? "string" : one.type == "whole number" ? "integer" : "boolean";
        properties[one.name] = {{"type", type}, {"description", one.note}};
        if (one.is_required) needed.emplace_back(one.name);
    }
    for (auto const& one : words) codes.emplace_back(one.word);
    properties["code"].as_object()["enum"] = std::move(codes);
    for (auto& [name, schema] : problem.at("properties").as_object()) properties[name] = std::move(schema);
    problem["properties"] = std::move(properties);
    problem["required"] = std::move(needed);
    problem["description"] = "Why a request was refused (RFC 9457).";
    to.schemas["problem"] = std::move(problem);
    to.schemas["failed_item"] = {
        {"type", "object"},
        {"description", "An item that was refused, beside others that were not."},
        {"properties", {{"sku", reference("schemas", "sku")}, {"error", reference("schemas", "problem")}}},
        {"required", tree::array{"error"}}};

    std::set<string> keys;
    for (auto const& one : words) keys.insert(key_of(one.status));
    for (auto const& key : keys) add_problem(to, key, words, model, examples);
}

}  // namespace shop::http::detail
