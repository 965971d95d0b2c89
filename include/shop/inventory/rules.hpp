#pragma once

#include <span>

#include <shop/inventory/service.hpp>
#include <shop/inventory/store.hpp>
#include <shop/records/working_set.hpp>

/// The rules of the inventory: pure functions of loaded rows and a command, which change the rows or answer why not.
///
/// Each change of a count appends one line to the ledger. A refused command changes nothing, except that the refusal of
/// an allocation is recorded as the decision about its order.
namespace shop::inventory::rules {

using rows = working_set<store_schema>;
using keys = key_set<store_schema>;

/// A movement, and the idempotency key that it was asked for under.
struct book_movement {
    record_movement movement;     ///< what was asked for
    std::optional<call_key> key;  ///< without one the movement has a reference
    bool known_sku = false;       ///< a product has it: it may be booked although no piece of it is here
};

/// Adds the rows that a command reads and changes.
void want(keys& all, configure_stock const& command);
void want(keys& all, book_movement const& command);
void want(keys& all, allocate_order const& command);
void want(keys& all, release_order const& command);
void want(keys& all, ship_order const& command);
/// Adds the stock that was promised to an order: what release and ship need too, once the decision is loaded.
void want_promised(keys& more, loaded_rows<store_schema> const& loaded, shop::order_id order);

/// @par Errors
/// As `service::configure`.
result<stock_level> configure(rows& all, configure_stock const& command, attempt const& now);
/// @pre the movement has a reference of its own, or the command a key; both are of the form of an idempotency key.
/// @par Errors
/// As `service::record`; `unknown_sku` when it rests on what the products say of the sku, which is not known.
result<recorded> record(rows& all, book_movement const& command, attempt const& now);
/// @par Errors
/// As `service::allocate`; `invalid_value` when there are no lines or too many, which records nothing.
result<allocation> allocate(rows& all, allocate_order const& command, attempt const& now);
/// Never refused.
result<order_stock> release(rows& all, release_order const& command, attempt const& now);
/// @par Errors
/// As `service::ship`.
result<order_stock> ship(rows& all, ship_order const& command, attempt const& now);

/// The idempotency key that a reference was made of: one of these; none if it is one by itself.
std::vector<std::string> keys_of(reference_record const& reference);

/// Adds an event for each sku that is low, out of stock or in stock now and was not before the commands. The first
/// stock of a sku is no news.
void append_availability_events(rows& all);

/// What people are told of one sku, from the rows of all its locations.
sku_availability shown_availability(shop::sku const& which, std::span<stock_record const> locations);
/// The stock of one sku, from the rows of all its locations: `main` first, then by name.
stock_level level_of(shop::sku const& which, std::span<stock_record const> locations);
/// What a caller sees of a line of the ledger.
movement movement_of(movement_record const& line);
/// What is still promised to an order: its lines, less what was shipped and released.
std::vector<allocated_line> still_promised(decision_content const& content);

/// A decision, as others see it.
decided_order decided(decision_record const& row);

}  // namespace shop::inventory::rules
