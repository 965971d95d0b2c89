#pragma once

#include <variant>

#include <shop/products/rules.hpp>

#include "records/command_batch.hpp"

namespace shop::products {

using any_command = std::variant<create_product, replace_product, archive_product, import_product>;
using any_answer = std::variant<product, imported>;

/// Commands of the catalogue, of all kinds and callers, as one decision.
class batch final : public detail::command_batch<store_schema, any_command, any_answer> {
public:
    using command_batch::command_batch;

protected:
    void want(keys& all, any_command const& command) const override;
    result<any_answer> apply(rows& all, any_command const& command, attempt const& now) const override;
    bool stands(rows const& all, any_answer const& answer) const override;
};

/// What the inventory told, as decisions of their own: they are many and small.
class note_batch final : public detail::command_batch<store_schema, note_availability, noted> {
public:
    using command_batch::command_batch;

protected:
    void want(keys& all, note_availability const& command) const override;
    result<noted> apply(rows& all, note_availability const& command, attempt const& now) const override;
};

}  // namespace shop::products
