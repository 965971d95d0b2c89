#pragma once

#include <shop/products/service.hpp>
#include <shop/products/store.hpp>
#include <shop/records/working_set.hpp>

/// The rules of the catalogue: pure functions of loaded rows and a command, which change the rows or answer why not.
namespace shop::products::rules {

using rows = working_set<store_schema>;
using keys = key_set<store_schema>;

/// Adds the rows that a command reads and changes.
void want(keys& all, create_product const& command);
void want(keys& all, replace_product const& command);
void want(keys& all, archive_product const& command);
void want(keys& all, import_product const& command);
void want(keys& all, note_availability const& command);

/// Whether a product may be as the draft says; each refused member with its pointer.
/// @param priced_in the currency that the product has already: it may stay, also when it has been withdrawn since.
/// @par Errors
/// `invalid_value`.
result<void> check(product_draft const& draft, std::optional<currency> priced_in = {});

/// @par Errors
/// As `service::create`, and so on.
result<product> create(rows& all, create_product const& command, attempt const& now);
/// As `service::replace`.
result<product> replace(rows& all, replace_product const& command, attempt const& now);
/// As `service::archive`.
result<product> archive(rows& all, archive_product const& command, attempt const& now);
/// As `service::import`.
result<imported> import(rows& all, import_product const& command, attempt const& now);
/// Never refused.
result<noted> note(rows& all, note_availability const& command);

/// A product as callers see it.
/// @param known what the inventory said of it; nothing before its first word.
product product_of(product_record const& row, availability_record const* known);
/// Shows what the inventory said of it; nothing before its first word.
void show(product& to, std::optional<note_availability> const& said);
/// Whether `product::changed_by` is theirs to see.
bool sees_who_changes(principal const& by);
/// What orders need of it.
offer offer_of(product_record const& row);
/// Whether a list that asks so has this product in it; `after` and `limit` are not looked at.
bool matches(product_record const& row, product_query const& query);

}  // namespace shop::products::rules
