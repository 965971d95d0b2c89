#include "description.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>

#include <gtest/gtest.h>

// Above the rest: its headers want the whole of Boost.JSON.
#include <boost/json.hpp>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "support/shop_server.hpp"

namespace shop_test {

namespace {

namespace tree = boost::json;
using adapter = valijson::adapters::BoostJsonAdapter;

class description {
public:
    description() {
        auto const printed = run_server({"openapi"});
        if (printed.code != 0) throw std::runtime_error("shop-server openapi: " + printed.err);
        all_ = tree::parse(printed.out);
        // The shop itself writes times in one way only.
        component("schemas")["time"] = {
            {"type", "string"}, {"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$"}};
        // Answers may get members some day; those of today are described, each of them.
        for (auto& [name, schema] : component("schemas")) {
            auto& one = schema.as_object();
            if (one.contains("properties") && !one.contains("additionalProperties"))
                one["additionalProperties"] = false;
        }
    }

    std::string fault_of(std::string const& method, std::string const& target, answer const& of) {
        auto const* operation = find(method == "HEAD" ? "GET" : method, target.substr(0, target.find('?')));
        if (!operation || of.status == 0) return {};
        auto const* response = response_of(*operation, of.status);
        if (!response) return "the status " + std::to_string(of.status) + " is not described";
        if (method == "HEAD") return {};
        auto const* const content = response->if_contains("content");
        if (!content) return of.body.empty() ? "" : "a body is not described";
        auto const type = of.field("Content-Type");
        auto const* const media = content->as_object().if_contains(type.substr(0, type.find(';')));
        if (!media) return "the media type \"" + type + "\" is not described";
        boost::system::error_code failed;
        auto const body = tree::parse(of.body, failed);
        if (failed) return "the body is not JSON";
        return judge(media->at("schema"), body);
    }

private:
    tree::object& component(tree::string_view kind) { return all_.at("components").at(kind).as_object(); }

    tree::object const* find(std::string method, std::string const& path) const {
        for (auto& c : method) c = static_cast<char>(c | 0x20);
        tree::object const* named = nullptr;
        for (auto const& [shape, operations] : all_.at("paths").as_object()) {
            if (!matches(shape, path)) continue;
            named = &operations.as_object();
            if (shape.find('{') == shape.npos) break;  // a literal path goes before a name
        }
        auto const* const found = named ? named->if_contains(method) : nullptr;
        return found ? &found->as_object() : nullptr;
    }
    static bool matches(std::string_view shape, std::string_view path) {
        while (!shape.empty() && !path.empty()) {
            auto const wanted = shape.substr(0, shape.find('/', 1)), given = path.substr(0, path.find('/', 1));
            bool const is_name = wanted.starts_with("/{") && given.size() > 1;
            if (!is_name && wanted != given) return false;
            shape.remove_prefix(wanted.size());
            path.remove_prefix(given.size());
        }
        return shape.empty() && path.empty();
    }

    tree::object const* response_of(tree::object const& operation, int status) {
        auto const& responses = operation.at("responses").as_object();
        auto const exact = std::to_string(status);
        auto const* found = responses.if_contains(exact);
        if (!found) found = responses.if_contains(exact.substr(0, 1) + "XX");
        if (!found) return nullptr;
        auto const* const elsewhere = found->as_object().if_contains("$ref");
        if (!elsewhere) return &found->as_object();
        std::string const name(elsewhere->as_string());
        return &component("responses").at(name.substr(name.rfind('/') + 1)).as_object();
    }

    std::string judge(tree::value const& schema, tree::value const& body) {
        auto const& rules = rules_of(schema);
        valijson::ValidationResults results;
        thread_local valijson::Validator validator(
            valijson::Validator::kStrongTypes);  // keeps what it made of patterns
        if (validator.validate(rules, adapter(body), &results)) return {};
        std::string out = "the body is not as described:";
        for (valijson::ValidationResults::Error error; results.popError(error);) {
            out += "\n  ";
            for (auto const& at : error.context) out += at;
            out += ' ' + error.description;
        }
        return out;
    }

    valijson::Schema const& rules_of(tree::value const& schema) {
        auto const key = tree::serialize(schema);
        std::lock_guard const guard(mutex_);
        auto& made = rules_[key];
        if (!made) {
            auto next = std::make_unique<valijson::Schema>();
            tree::object whole{{"allOf", tree::array{schema}}, {"components", all_.at("components")}};
            tree::value const root(std::move(whole));
            valijson::SchemaParser().populateSchema(adapter(root), *next);
            made = std::move(next);
        }
        return *made;
    }

    tree::value all_;
    std::mutex mutex_;
    std::map<std::string, std::unique_ptr<valijson::Schema const>> rules_;
};

}  // namespace

std::string fault_of(std::string const& method, std::string const& target, answer const& of) {
    static description of_api;
    return of_api.fault_of(method, target, of);
}

void expect_described(std::string const& method, std::string const& target, answer const& of) {
    auto const fault = fault_of(method, target, of);
    if (fault.empty()) return;
    ADD_FAILURE() << method << ' ' << target << " answered " << of.status << ", but " << fault << '\n' << of.body;
}

}  // namespace shop_test
