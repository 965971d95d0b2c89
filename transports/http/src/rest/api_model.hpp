#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shop/async/operation.hpp>
#include <shop/core/describe.hpp>

#include "rest/api_notes.hpp"

/// The public API as data, read off the operation tables and the descriptions of types: what its documents say.
namespace shop::http::detail {

/// What a value is in JSON.
struct api_type {
    enum class kind { truth, number, text, sku, location, quantity, money, time, id, texts, word, array, shape };

    kind of = kind::text;
    bool is_unsigned = false;             ///< a number that is never below zero
    bool is_nullable = false;             ///< null stands where there is nothing, if the member may not be missing
    std::vector<std::string_view> words;  ///< of a `word`: those it can be
    std::string_view shape;               ///< of a `shape`: its name
    std::vector<api_type> items;          ///< of an `array`: what each of them is
};

/// A member of a shape, or of what an operation is given.
struct api_member {
    enum class place { body, path, query };

    std::string_view name;
    api_type type;
    presence when_missing = presence::required;
    place in = place::body;
    api_note note;
};

/// A type that has members.
struct api_shape {
    std::string_view name;
    std::vector<api_member> members;
};

/// One row of an operation table.
struct api_operation {
    std::string_view name, path, scope;
    http_method method = http_method::get;
    operation_kind kind = operation_kind::unary;
    shop::safety safety = shop::safety::safe;
    shop::success success = shop::success::answered;
    bool conditional = false;  ///< takes `If-Match`
    bool changes = false;      ///< and is refused without it
    bool can_create = false;   ///< unless it takes `If-None-Match: *` instead
    bool needs_body = false;
    bool has_tag = false;         ///< answers with an `ETag`
    bool has_location = false;    ///< where what it created is read
    bool resumable = false;       ///< a stream that goes on behind the `Last-Event-ID` of the request
    bool can_be_open = false;     ///< may be answered before its outcome is known
    operation_note note;          ///< what it does
    std::string_view whole_body;  ///< the shape that is its body, or each item of it
    std::vector<api_member> members;
    std::string_view
        answer;  ///< the shape of the answer, or of each item of a page, an array or a stream; may be empty
    bool answers_page = false;
};

struct api_model {
    std::vector<api_operation> operations;
    std::vector<api_shape> shapes;    ///< those of operations, in the order they are met
    std::vector<api_member> problem;  ///< the typed members of a problem
    api_shape told;                   ///< the data of an event
    /// What nobody has explained, and explanations of what there is not.
    std::vector<std::string> unexplained, stale;
};

/// The words of what events are about: `confirmed` of an order, `low_stock` of stock.
struct told_event {
    std::string type;  ///< `shop.order.confirmed.v1`
    std::string_view about, status;
};
std::vector<told_event> told_events();

api_model model_api();

}  // namespace shop::http::detail
