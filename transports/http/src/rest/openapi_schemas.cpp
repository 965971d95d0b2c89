#include "rest/openapi_parts.hpp"

#include <algorithm>
#include <stdexcept>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <shop/core/limits.hpp>

namespace shop::http::detail {

namespace {

using std::string;
using std::string_view;

tree::object schema_of_type(api_type const& type) {
    using enum api_type::kind;
    switch (type.of) {
        case truth:
            return {{"type", "boolean"}};
        case number:
            return {{"type", "integer"},
                    {"format", "int64"},
                    {"minimum", type.is_unsigned ? std::int64_t{0} : -limits::money_amount_max},
                    {"maximum", limits::money_amount_max}};
        case text:
            return {{"type", "string"}};
        case sku:
            return reference("schemas", "sku");
        case location:
            return reference("schemas", "location");
        case quantity:
            return reference("schemas", "quantity");
        case money:
            return reference("schemas", "money");
        case time:
            return reference("schemas", "time");
        case id:
            return reference("schemas", "id");
        case texts:
            return {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
        case word: {
            tree::array words;
            for (auto const one : type.words) words.emplace_back(one);
            return {{"type", "string"}, {"enum", std::move(words)}};
        }
        case array:
            return {{"type", "array"}, {"items", schema_of_type(type.items.front())}};
        case shape:
            return reference("schemas", type.shape);
    }
    return {};
}

/// Bounds as JSON Schema names them for this kind of value.
void add_bounds(tree::object& to, api_type::kind of, bounded const& by) {
    using enum api_type::kind;
    struct names {
        string_view least, most;
    };
    auto const as = of == number  ? names{"minimum", "maximum"}
                    : of == text  ? names{"minLength", "maxLength"}
                    : of == array ? names{"minItems", "maxItems"}
                    : of == texts ? names{"minProperties", "maxProperties"}
                                  : names{};
    if (as.most.empty()) return;
    if (by.least) to[as.least] = *by.least;
    if (by.most) to[as.most] = *by.most;
}

void allow_null(tree::object& schema) {
    if (auto* const type = schema.if_contains("type")) {
        *type = tree::array{*type, "null"};
    } else {
        schema = tree::object{{"anyOf", tree::array{std::move(schema), tree::object{{"type", "null"}}}}};
    }
}

}  // namespace

tree::object reference(string_view kind, string_view name) {
    return {{"$ref", "#/components/" + string(kind) + "/" + string(name)}};
}

tree::value parsed(string_view text) {
    boost::system::error_code failed;
    auto out = tree::parse(tree::string_view(text.data(), text.size()), failed);
    if (failed) throw std::invalid_argument("no JSON: " + string(text));
    return out;
}

tree::object content(string_view type, tree::object schema, tree::value example) {
    return {{type, {{"schema", std::move(schema)}, {"example", std::move(example)}}}};
}

tree::object answer_field(string_view description, string_view type) {
    return {{"description", description}, {"schema", {{"type", type}}}};
}

tree::object schema_of(api_member const& member) {
    auto schema = schema_of_type(member.type);
    add_bounds(schema, member.type.of, member.note.text);
    if (member.type.is_nullable && member.when_missing == presence::required) allow_null(schema);
    if (!member.note.text.words.empty()) schema["description"] = member.note.text.words;
    if (member.when_missing == presence::read_only) schema["readOnly"] = true;
    bool const is_parameter = member.in != api_member::place::body;
    if (!member.note.example.empty() && !is_parameter) schema["examples"] = tree::array{parsed(member.note.example)};
    return schema;
}

tree::object object_schema(std::vector<api_member> const& members, bool is_closed) {
    tree::object properties;
    tree::array needed;
    for (auto const& m : members) {
        properties[m.name] = schema_of(m);
        if (m.when_missing == presence::required) needed.emplace_back(m.name);
    }
    tree::object out{{"type", "object"}, {"properties", std::move(properties)}};
    if (!needed.empty()) out["required"] = std::move(needed);
    if (is_closed) out["additionalProperties"] = false;
    return out;
}

void add_value_schemas(tree::object& to) {
    constexpr auto word = "^[A-Za-z0-9][A-Za-z0-9._-]*$";
    to["sku"] = {{"type", "string"},
                 {"maxLength", 64},
                 {"pattern", word},
                 {"description", "What names a product; case-sensitive."},
                 {"examples", tree::array{"MUG-9"}}};
    to["location"] = {{"type", "string"},
                      {"maxLength", 64},
                      {"pattern", word},
                      {"description", "What names a place where stock lies."},
                      {"examples", tree::array{"main"}}};
    to["quantity"] = {
        {"type", "integer"},        {"format", "int64"},         {"minimum", 1}, {"maximum", limits::quantity_max},
        {"description", "Pieces."}, {"examples", tree::array{2}}};
    to["money"] = {{"type", "object"},
                   {"description", "An amount in whole minor units (cents) of an ISO 4217 currency."},
                   {"properties",
                    {{"amount",
                      {{"type", "integer"},
                       {"format", "int64"},
                       {"minimum", -limits::money_amount_max},
                       {"maximum", limits::money_amount_max},
                       {"examples", tree::array{1999}}}},
                     {"currency", {{"type", "string"}, {"pattern", "^[A-Z]{3}$"}, {"examples", tree::array{"EUR"}}}}}},
                   {"required", tree::array{"amount", "currency"}},
                   {"additionalProperties", false}};
    to["time"] = {{"type", "string"},
                  {"format", "date-time"},
                  {"description", "RFC 3339; in UTC with milliseconds where the shop writes it."},
                  {"examples", tree::array{"2026-03-01T09:30:00.000Z"}}};
    to["id"] = {{"type", "string"},
                {"format", "uuid"},
                {"minLength", 36},
                {"maxLength", 36},
                {"pattern", "^[0-9a-f-]+$"},
                {"description", "A UUID in lower case."},
                {"examples", tree::array{"0197f0a0-5d1c-7000-8f6e-3b0e8a0c1d2e"}}};
}

tree::value example_maker::of_type(api_type const& type) const {
    using enum api_type::kind;
    switch (type.of) {
        case truth:
            return false;
        case number:
            return 1;
        case text:
            return "text";
        case sku:
            return "MUG-9";
        case location:
            return "main";
        case quantity:
            return 2;
        case money:
            return {{"amount", 1999}, {"currency", "EUR"}};
        case time:
            return "2026-03-01T09:30:00.000Z";
        case id:
            return "0197f0a0-5d1c-7000-8f6e-3b0e8a0c1d2e";
        case texts:
            return tree::object{};
        case word:
            return tree::string_view(type.words.front().data(), type.words.front().size());
        case array:
            return tree::array{of_type(type.items.front())};
        case shape:
            return of_shape(type.shape);
    }
    return nullptr;
}

tree::value example_maker::of_member(api_member const& member) const {
    return member.note.example.empty() ? of_type(member.type) : parsed(member.note.example);
}

tree::value example_maker::of_members(std::vector<api_member> const& members) const {
    tree::object out;
    for (auto const& m : members) {
        bool const optional = m.when_missing != presence::required;
        if (m.in != api_member::place::body || m.when_missing == presence::read_only) continue;
        if (optional && m.note.example.empty()) continue;
        out[m.name] = of_member(m);
    }
    return out;
}

tree::value example_maker::of_shape(string_view name) const {
    auto const found = std::ranges::find(model_.shapes, name, &api_shape::name);
    return found == model_.shapes.end() ? tree::value(tree::object{}) : of_members(found->members);
}

}  // namespace shop::http::detail
