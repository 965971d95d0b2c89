#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "rest/api_model.hpp"

/// What an OpenAPI document is put together from: types as JSON Schema (2020-12), examples of
/// them, and what operations share.
namespace shop::http::detail {

namespace tree = boost::json;

/// `{"$ref": "#/components/KIND/NAME"}`
tree::object reference(std::string_view kind, std::string_view name);

/// The schema of a member, with its bounds, what is said of it, and its example.
tree::object schema_of(api_member const& member);
/// An object of these members. One that is sent to the shop has no others; to one that it answers, some may be added.
tree::object object_schema(std::vector<api_member> const& members, bool is_closed);

/// Schemas of the values that are no shapes: `sku`, `money`, ...
void add_value_schemas(tree::object& to);

/// Examples follow from those of members.
class example_maker {
public:
    explicit example_maker(api_model const& model) : model_(model) {}

    /// Without what only the shop sets, and without what may be left out and has no example of its own.
    tree::value of_members(std::vector<api_member> const& members) const;
    tree::value of_shape(std::string_view name) const;
    tree::value of_member(api_member const& member) const;

private:
    tree::value of_type(api_type const& type) const;

    api_model const& model_;
};

/// The components of a document.
struct openapi_parts {
    tree::object schemas, responses, parameters;
};

/// Why requests are refused: schemas and responses named `problem_409`, `problem_4XX`, ...
void add_problems(openapi_parts& to, api_model const& model, example_maker const& examples);

/// What the events are made of. @return the webhooks, by the types of their events
tree::object add_webhooks(openapi_parts& to);

inline constexpr std::string_view json_type = "application/json";

/// A body of one media type.
tree::object content(std::string_view type, tree::object schema, tree::value example);
/// A field of the head of an answer.
tree::object answer_field(std::string_view description, std::string_view type = "string");

/// What a JSON text of this program says.
/// @throws std::invalid_argument
tree::value parsed(std::string_view text);

}  // namespace shop::http::detail
