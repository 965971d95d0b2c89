#include <shop/http/openapi.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <shop/core/limits.hpp>

#include "rest/openapi_parts.hpp"

namespace shop::http {

namespace detail {

namespace {

using std::string;
using std::string_view;

constexpr string_view about_the_api =
    "Products, stock, orders and notifications of a shop. Every failure is a problem (RFC 9457) with a stable `code`; "
    "`retryable` says whether the same request may succeed later. What must not happen twice needs an "
    "`Idempotency-Key`, "
    "and is repeated with the same one. Clients ignore members of answers that they do not know: members are only ever "
    "added. A server that has no keys needs no credentials.";

/// A name that components may have.
string component_of(string_view operation) {
    string out(operation);
    std::ranges::replace(out, '.', '_');
    return out;
}

class writer {
public:
    explicit writer(openapi_options const& with) : with_(with), model_(model_api()), examples_(model_) {}

    tree::object write() {
        add_shapes();
        add_problems(parts_, model_, examples_);
        add_parameters();
        for (auto const& one : model_.operations) add_operation(one);
        auto webhooks = add_webhooks(parts_);
        for (auto const& one : with_.expansions) {
            if (!expanded_.contains(one.operation)) {
                throw std::invalid_argument("an expansion of what is no operation: " + string(one.operation));
            }
        }
        return {
            {"openapi", "3.1.0"},
            {"info",
             {{"title", "shop"},
              {"summary", "A shop that never sells what it does not have"},
              {"version", with_.version},
              {"description", about_the_api},
              {"contact", {{"name", "Who runs this shop"}}},
              {"license", {{"name", "Boost Software License 1.0"}, {"url", "https://www.boost.org/LICENSE_1_0.txt"}}}}},
            {"servers", tree::array{{{"url", with_.server}, {"description", "This shop"}}}},
            {"tags", tags()},
            {"paths", std::move(paths_)},
            {"webhooks", std::move(webhooks)},
            {"components",
             {{"schemas", std::move(parts_.schemas)},
              {"responses", std::move(parts_.responses)},
              {"parameters", std::move(parts_.parameters)},
              {"securitySchemes",
               {{"bearer",
                 {{"type", "http"},
                  {"scheme", "bearer"},
                  {"description",
                   "An API key, or a JSON Web Token of the shop's issuer. Each operation names the "
                   "scope that it needs."}}}}}}}};
    }

private:
    tree::array tags() const {
        auto notes = service_notes();
        notes.push_back({"events",
                         "What webhooks are told, as CloudEvents 1.0 (structured mode), signed as Standard "
                         "Webhooks 1.0 has it."});
        std::ranges::sort(notes, {}, &operation_note::name);
        tree::array out;
        for (auto const& one : notes) out.push_back({{"name", one.name}, {"description", one.summary}});
        return out;
    }

    void add_shapes() {
        add_value_schemas(parts_.schemas);
        std::set<string_view> answered;
        for (auto const& one : model_.operations) note_answered(one.answer, answered);
        for (auto const& m : model_.problem) note_answered(m.type, answered);
        for (auto const& one : model_.shapes) {
            parts_.schemas[one.name] = object_schema(one.members, !answered.contains(one.name));
        }
        parts_.schemas["event_data"] = object_schema(model_.told.members, false);
        for (auto const& [operation, _, __, ___, member, schema] : with_.expansions) {
            auto const found = std::ranges::find(model_.operations, operation, &api_operation::name);
            if (found == model_.operations.end()) continue;
            parts_.schemas.at(found->answer).at("properties").as_object()[member] = parsed(schema);
        }
    }
    void note_answered(string_view shape, std::set<string_view>& to) const {
        auto const found = std::ranges::find(model_.shapes, shape, &api_shape::name);
        if (found == model_.shapes.end() || !to.insert(shape).second) return;
        for (auto const& m : found->members) note_answered(m.type, to);
    }
    void note_answered(api_type const& type, std::set<string_view>& to) const {
        if (type.of == api_type::kind::shape) note_answered(type.shape, to);
        for (auto const& item : type.items) note_answered(item, to);
    }

    void add_parameters() {
        auto const add = [&](string_view component, string_view name, bool required, string_view about,
                             tree::object schema, tree::value example) {
            parts_.parameters[component] = {{"name", name},
                                            {"in", "header"},
                                            {"required", required},
                                            {"description", about},
                                            {"schema", std::move(schema)},
                                            {"example", std::move(example)}};
        };
        tree::object const text{{"type", "string"}};
        add("idempotency_key", "Idempotency-Key", true,
            "Of your own choice, new for each thing you want done, and the same one when you repeat the request. A "
            "repeat gets the recorded answer, marked `Idempotent-Replayed`.",
            {{"type", "string"},
             {"minLength", 1},
             {"maxLength", limits::idempotency_key_bytes_max},
             {"pattern", "^[\\x20-\\x7E]+$"}},
            "cart-7");
        add("if_match", "If-Match", true, "The `ETag` of what you read: 412 if it was changed since.", text, "\"2\"");
        add("if_match_seen", "If-Match", false, "The `ETag` of what you read: 412 if it was changed since.", text,
            "\"2\"");
        add("if_match_known", "If-Match", false,
            "The `ETag` of what you read; only for what nobody can have read yet it may be missing.", text, "\"2\"");
        add("if_none_match", "If-None-Match", false, "`ETag`s that you have: 304 if one of them still holds.", text,
            "\"2\"");
        add("if_new", "If-None-Match", false, "`*`: only if there is none yet.", {{"type", "string"}, {"const", "*"}},
            "*");
        add("last_event_id", "Last-Event-ID", false,
            "The `id` of the event that came last: the stream goes on behind it. Browsers send it by themselves.", text,
            "2");
        add("timeout", "Shop-Timeout-Ms", false,
            "How many milliseconds the request has; never more than the server gives.",
            {{"type", "integer"}, {"minimum", 1}}, 500);
    }

    tree::object parameter_of(api_member const& m) const {
        bool const in_path = m.in == api_member::place::path;
        tree::object out{{"name", m.name},
                         {"in", in_path ? "path" : "query"},
                         {"required", m.when_missing == presence::required},
                         {"schema", schema_of(m)},
                         {"example", examples_.of_member(m)}};
        if (auto* const said = out.at("schema").as_object().if_contains("description")) {
            out["description"] = *said;
            out.at("schema").as_object().erase("description");
        }
        if (m.type.of == api_type::kind::array) {
            out["style"] = "form";
            out["explode"] = false;
        }
        return out;
    }

    tree::array parameters_of(api_operation const& of) {
        tree::array out;
        for (auto const& m : of.members) {
            if (m.in != api_member::place::body) out.push_back(parameter_of(m));
        }
        for (auto const& one : with_.expansions) {
            if (one.operation != of.name) continue;
            expanded_.insert(one.operation);
            out.push_back({{"name", one.parameter},
                           {"in", "query"},
                           {"required", false},
                           {"description", one.description},
                           {"schema", {{"type", "string"}, {"enum", tree::array{one.word}}}},
                           {"example", one.word}});
        }
        auto const use = [&](string_view name) { out.push_back(reference("parameters", name)); };
        if (of.safety == safety::keyed) use("idempotency_key");
        if (of.conditional) use(of.can_create ? "if_match_known" : of.changes ? "if_match" : "if_match_seen");
        if (of.can_create) use("if_new");
        if (of.has_tag && of.method == http_method::get) use("if_none_match");
        if (of.resumable) use("last_event_id");
        use("timeout");
        return out;
    }

    void add_body(api_operation const& of, tree::object& to) {
        std::vector<api_member> members;
        for (auto const& m : of.members) {
            if (m.in == api_member::place::body) members.push_back(m);
        }
        tree::object schema;
        tree::value example;
        if (of.kind == operation_kind::upload) {
            schema = {{"type", "array"},
                      {"maxItems", limits::import_items_max},
                      {"items", reference("schemas", of.whole_body)}};
            example = tree::array{examples_.of_shape(of.whole_body)};
        } else if (!of.whole_body.empty()) {
            schema = reference("schemas", of.whole_body);
            example = examples_.of_shape(of.whole_body);
        } else if (!members.empty()) {
            example = examples_.of_members(members);
            // What was read names the resource, too, and can be sent back.
            for (auto const& m : of.members) {
                if (!of.changes || m.in != api_member::place::path) continue;
                members.push_back(m);
                members.back().in = api_member::place::body;
                members.back().when_missing = presence::optional;
            }
            auto const name = component_of(of.name) + "_request";
            parts_.schemas[name] = object_schema(members, true);
            schema = reference("schemas", name);
        } else {
            return;
        }
        if (!of.note.example.empty()) example = parsed(of.note.example);
        to["requestBody"] = {{"required", of.needs_body},
                             {"content", content(json_type, std::move(schema), std::move(example))}};
    }

    tree::object answer_of(api_operation const& of, string_view description) {
        tree::object schema = reference("schemas", of.answer);
        tree::value example = examples_.of_shape(of.answer);
        if (of.answers_page) {
            auto const name = string(of.answer) + "_page";
            parts_.schemas[name] = {
                {"type", "object"},
                {"properties",
                 {{"items", {{"type", "array"}, {"items", std::move(schema)}}},
                  {"next_cursor",
                   {{"type", tree::array{"string", "null"}},
                    {"description", "To be given as `cursor` to go on; null after the last page."}}}}},
                {"required", tree::array{"items", "next_cursor"}}};
            schema = reference("schemas", name);
            example = {{"items", tree::array{std::move(example)}}, {"next_cursor", nullptr}};
        } else if (of.kind == operation_kind::upload) {
            schema = {{"type", "array"},
                      {"items", {{"anyOf", tree::array{std::move(schema), reference("schemas", "failed_item")}}}}};
            example = tree::array{std::move(example)};
        }
        tree::object out{{"description", description},
                         {"content", content(json_type, std::move(schema), std::move(example))}};
        tree::object headers;
        if (of.has_tag) headers["ETag"] = answer_field("The version of what is answered.");
        if (of.has_location) headers["Location"] = answer_field("Where it is read.");
        if (of.safety == safety::keyed) {
            headers["Idempotent-Replayed"] = answer_field("`true`: the recorded answer of an earlier request.");
        }
        if (!headers.empty()) out["headers"] = std::move(headers);
        return out;
    }

    tree::object responses_of(api_operation const& of) {
        tree::object out;
        if (of.success == success::removed) {
            out["204"] = {{"description", "Done."}};
        } else if (of.kind == operation_kind::stream) {
            out["200"] = {{"description", "Server-sent events, the data of each one `" + string(of.answer) + "`."},
                          {"content",
                           {{"text/event-stream",
                             {{"schema",
                               {{"type", "string"},
                                {"contentMediaType", "application/json"},
                                {"contentSchema", reference("schemas", of.answer)}}}}}}}};
        } else {
            out[of.success == success::created ? "201" : "200"] = answer_of(of, "Done.");
        }
        if (of.can_be_open) out["202"] = answer_of(of, "It is stored; its outcome is not known yet.");
        if (of.has_tag && of.method == http_method::get) {
            out["304"] = {{"description", "It is as it was."}};
        }
        bool const writes = of.safety != safety::safe;
        bool const has_body =
            !of.whole_body.empty() || std::ranges::count(of.members, api_member::place::body, &api_member::in) > 0;
        bool const names_one = std::ranges::count(of.members, api_member::place::path, &api_member::in) > 0;
        auto const refuse = [&](bool can_be, string const& key) {
            if (can_be) out[key] = reference("responses", "problem_" + key);
        };
        refuse(true, "400");
        refuse(true, "401");
        refuse(true, "403");
        refuse(names_one, "404");
        refuse(writes, "409");
        refuse(of.conditional, "412");
        refuse(has_body, "413");
        refuse(has_body, "415");
        refuse(writes || of.kind == operation_kind::stream, "422");
        refuse(of.changes, "428");
        refuse(true, "429");
        refuse(true, "4XX");
        refuse(true, "500");
        refuse(true, "503");
        refuse(true, "504");
        refuse(true, "5XX");
        return out;
    }

    void add_operation(api_operation const& of) {
        tree::object to{{"operationId", of.name},
                        {"tags", tree::array{of.name.substr(0, of.name.find('.'))}},
                        {"summary", of.note.summary},
                        {"description", string(of.note.description) + (of.note.description.empty() ? "" : " ") +
                                            "Needs the scope `" + string(of.scope) + "`."},
                        {"security", tree::array{{{"bearer", tree::array{}}}}},
                        {"parameters", parameters_of(of)}};
        add_body(of, to);
        to["responses"] = responses_of(of);
        string method(to_word(of.method));
        std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c | 0x20); });
        auto& path = paths_[of.path];
        if (path.is_null()) path = tree::object{};
        path.as_object()[method] = std::move(to);
    }

    openapi_options const& with_;
    api_model model_;
    example_maker examples_;
    openapi_parts parts_;
    tree::object paths_;
    std::set<string_view> expanded_;
};

}  // namespace

}  // namespace detail

std::string openapi_document(openapi_options const& with) {
    return boost::json::serialize(detail::writer(with).write());
}

}  // namespace shop::http
