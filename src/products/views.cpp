#include <shop/products/rules.hpp>

namespace shop::products::rules {

namespace {

/// @tparam Said the inventory's word, as it was told or as it is kept
template <class Said>
void show_in(product& to, Said const& said) {
    to.availability = {availability_of(said.available, said.low_stock_threshold, said.untracked), said.available,
                       said.as_of};
    to.availability_sequence = said.sequence;
}

}  // namespace

product product_of(product_record const& row, availability_record const* known) {
    auto const& content = row.content.get();
    product out;
    out.sku = row.sku;
    out.name = row.name;
    out.description = content.description;
    out.price = row.price;
    out.status = row.status;
    out.tags = content.tags;
    out.attributes = content.attributes;
    out.group = content.group;
    out.options = content.options;
    out.changed_by = content.changed_by;
    out.version = row.version;
    out.created_at = row.created_at;
    out.updated_at = row.updated_at;
    if (known) show_in(out, *known);
    return out;
}

void show(product& to, std::optional<note_availability> const& said) {
    to.availability = {};
    to.availability_sequence = 0;
    if (said) show_in(to, *said);
}

bool sees_who_changes(principal const& by) {
    return by.may("products:write");
}

offer offer_of(product_record const& row) {
    return {row.sku, row.name, row.price, row.status};
}

void want(keys& all, note_availability const& command) {
    all.add<availability_record>({command.sku});
}

result<noted> note(rows& all, note_availability const& command) {
    auto const* known = all.find<availability_record>({command.sku});
    if (known && known->epoch == command.epoch && known->sequence >= command.sequence) return noted{};
    availability_record said;
    said.sku = command.sku;
    said.epoch = command.epoch;
    said.sequence = command.sequence;
    said.available = command.available;
    said.low_stock_threshold = command.low_stock_threshold;
    said.untracked = command.untracked;
    said.as_of = command.as_of;
    if (known) {
        said.revision = known->revision;
        all.edit<availability_record>({command.sku}) = std::move(said);
    } else {
        all.insert(std::move(said));
    }
    return noted{};
}

}  // namespace shop::products::rules
