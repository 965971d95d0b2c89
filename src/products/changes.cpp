#include <algorithm>

#include <shop/core/field_errors.hpp>
#include <shop/core/read_only.hpp>
#include <shop/products/rules.hpp>

namespace shop::products::rules {

namespace {

void want_both(keys& all, shop::sku const& which) {
    all.add<product_record>({which});
    all.add<availability_record>({which});
}

product as_it_stands(rows const& all, product_record const& row) {
    return product_of(row, all.find<availability_record>({row.sku}));
}

product_content content_of(product_draft const& draft) {
    return {draft.description, draft.tags, draft.attributes, draft.group, draft.options, {}};
}

bool is_as(product_record const& row, product_draft const& draft) {
    auto content = content_of(draft);
    content.changed_by = row.content->changed_by;
    return row.name == draft.name && row.price == draft.price && row.status == draft.status &&
           row.content.get() == content;
}

/// What every change of a product leaves.
void change(product_record& row, product_content content, attempt const& now) {
    content.changed_by = now.by;
    row.content = document<product_content>(std::move(content));
    row.version += 1;
    row.updated_at = std::max(now.now, row.updated_at);
}

void fill(product_record& row, product_draft const& draft, attempt const& now) {
    row.name = draft.name;
    row.price = draft.price;
    row.status = draft.status;
    change(row, content_of(draft), now);
}

product_record const& add(rows& all, product_draft const& draft, attempt const& now) {
    product_record row;
    row.sku = draft.sku;
    row.created_at = now.now;
    fill(row, draft, now);
    return all.insert(std::move(row));
}

/// What cannot be left out of a product that is not there yet.
result<void> check_is_whole(product_merge const& merge, product_record const* known) {
    if (known != nullptr) return {};
    field_errors in;
    in.must(merge.name.has_value(), "/name", "is required for a new product");
    in.must(merge.price.has_value(), "/price", "is required for a new product");
    return std::move(in).done();
}

/// The product as it is to be: what is said of it, over what is known.
product_draft merged(product_merge const& merge, product_record const* known) {
    product_draft draft;
    draft.sku = merge.sku;
    draft.status = status::active;
    if (known != nullptr) {
        auto const& content = known->content.get();
        draft.name = known->name;
        draft.price = known->price;
        draft.status = known->status;
        draft.description = content.description;
        draft.tags = content.tags;
        draft.attributes = content.attributes;
        draft.group = content.group;
        draft.options = content.options;
    }
    auto const take = [](auto& member, auto const& said) {
        if (said) member = *said;
    };
    take(draft.name, merge.name);
    take(draft.price, merge.price);
    take(draft.status, merge.status);
    take(draft.description, merge.description);
    take(draft.tags, merge.tags);
    take(draft.attributes, merge.attributes);
    take(draft.options, merge.options);
    if (merge.group) draft.group = merge.group->empty() ? std::nullopt : merge.group;
    return draft;
}

result<void> check_version(product_record const& row, std::optional<std::uint64_t> seen) {
    if (!seen || *seen == row.version) return {};
    error_details details;
    details.current_version = row.version;
    return error(error_code::version_mismatch, std::move(details));
}

}  // namespace

void want(keys& all, create_product const& command) {
    want_both(all, command.draft.sku);
}
void want(keys& all, replace_product const& command) {
    want_both(all, command.sku);
}
void want(keys& all, archive_product const& command) {
    want_both(all, command.sku);
}
void want(keys& all, import_product const& command) {
    all.add<product_record>({command.merge.sku});
}

result<product> create(rows& all, create_product const& command, attempt const& now) {
    if (auto good = check(command.draft); !good) return good.error();
    if (all.find<product_record>({command.draft.sku})) return error(error_code::already_exists);
    return as_it_stands(all, add(all, command.draft, now));
}

result<product> replace(rows& all, replace_product const& command, attempt const& now) {
    if (command.draft.sku != command.sku) return invalid_at("/sku", "must be the sku of the product that is replaced");
    auto const* known = all.find<product_record>({command.sku});
    auto const priced_in = known ? std::optional(known->price.currency()) : std::nullopt;
    if (auto good = check(command.draft, priced_in); !good) return good.error();
    if (known == nullptr) return error(error_code::not_found);
    if (!command.if_match) return error(error_code::version_required);
    if (auto good = check_version(*known, command.if_match); !good) return good.error();
    if (auto same = check_read_only_members(command.draft, as_it_stands(all, *known)); !same) return same.error();
    auto& row = all.edit<product_record>({command.sku});
    fill(row, command.draft, now);
    return as_it_stands(all, row);
}

result<product> archive(rows& all, archive_product const& command, attempt const& now) {
    auto const* known = all.find<product_record>({command.sku});
    if (known == nullptr) return error(error_code::not_found);
    if (known->status == status::archived) return as_it_stands(all, *known);
    if (auto good = check_version(*known, command.if_match); !good) return good.error();
    auto& row = all.edit<product_record>({command.sku});
    row.status = status::archived;
    change(row, row.content.get(), now);
    return as_it_stands(all, row);
}

result<imported> import(rows& all, import_product const& command, attempt const& now) {
    auto const& which = command.merge.sku;
    auto const* known = all.find<product_record>({which});
    if (auto good = check_is_whole(command.merge, known); !good) return good.error();
    auto const priced_in = known ? std::optional(known->price.currency()) : std::nullopt;
    auto const draft = merged(command.merge, known);
    if (auto good = check(draft, priced_in); !good) return good.error();
    if (known == nullptr) return imported{which, import_outcome::created, add(all, draft, now).version};
    if (is_as(*known, draft)) return imported{which, import_outcome::unchanged, known->version};
    auto& row = all.edit<product_record>({which});
    fill(row, draft, now);
    return imported{which, import_outcome::updated, row.version};
}

}  // namespace shop::products::rules
