#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <shop/core/availability.hpp>
#include <shop/core/describe.hpp>
#include <shop/core/money.hpp>
#include <shop/core/sku.hpp>
#include <shop/core/time.hpp>

namespace shop::products {

/// Only `active` products can be ordered; deleting archives.
enum class status { draft, active, archived };
constexpr std::array<std::string_view, 3> words_of(status) {
    return {"draft", "active", "archived"};
}

/// A hint for people, as of the last event from the inventory; only allocation decides.
struct availability {
    /// Out of stock until the inventory says otherwise.
    availability_status status = availability_status::out_of_stock;
    std::int64_t available = 0;
    std::optional<timestamp> as_of;  ///< nothing before the first event about the sku

    static constexpr auto fields() {
        return std::tuple{required("status", &availability::status), required("available", &availability::available),
                          required("as_of", &availability::as_of)};
    }
    friend bool operator==(availability const&, availability const&) = default;
};

/// It changes without the version of its product: what was read before its last change says nothing of a caller's wish.
inline bool is_as_read(availability const& said, availability const& now) {
    return said == now || (now.as_of && (!said.as_of || *said.as_of < *now.as_of));
}

/// What a caller says about a product: the body of create and replace.
struct product_draft {
    product_draft() = default;
    /// A draft with all that a product needs.
    product_draft(shop::sku which, std::string called, money at)
        : sku(std::move(which)), name(std::move(called)), price(at) {}
    /// @throws std::invalid_argument if `which` is no sku.
    product_draft(char const* which, std::string called, money at)
        : product_draft(shop::sku(which), std::move(called), at) {}

    product_draft&& active() && {
        status = products::status::active;
        return std::move(*this);
    }
    product_draft&& describe(std::string text) && {
        description = std::move(text);
        return std::move(*this);
    }
    product_draft&& tag(std::string word) && {
        tags.push_back(std::move(word));
        return std::move(*this);
    }

    shop::sku sku;
    std::string name;  ///< 1 to `limits::product_name_characters_max` characters
    std::string description;
    money price;
    products::status status = products::status::draft;
    std::vector<std::string> tags;
    std::map<std::string, std::string> attributes;
    std::optional<std::string> group;            ///< variants of one thing share it
    std::map<std::string, std::string> options;  ///< what tells this variant from the others: `{"size": "L"}`

    static constexpr auto fields() {
        using t = product_draft;
        return std::tuple{required("sku", &t::sku),
                          required("name", &t::name),
                          optional("description", &t::description),
                          required("price", &t::price),
                          optional("status", &t::status),
                          optional("tags", &t::tags),
                          optional("attributes", &t::attributes),
                          optional("group", &t::group),
                          optional("options", &t::options)};
    }
    friend bool operator==(product_draft const&, product_draft const&) = default;
};

/// What an import says about a product: members that are left out stay as they are. A new product needs a name and a
/// price, and is `active` unless its status is given.
struct product_merge {
    product_merge() = default;
    explicit product_merge(shop::sku which) : sku(std::move(which)) {}  ///< Changes nothing yet.
    /// All of them.
    explicit product_merge(product_draft whole)
        : sku(std::move(whole.sku)),
          name(std::move(whole.name)),
          description(std::move(whole.description)),
          price(whole.price),
          status(whole.status),
          tags(std::move(whole.tags)),
          attributes(std::move(whole.attributes)),
          group(std::move(whole.group).value_or(std::string())),
          options(std::move(whole.options)) {}

    shop::sku sku;
    std::optional<std::string> name;         ///< as in `product_draft`
    std::optional<std::string> description;  ///< as in `product_draft`
    std::optional<money> price;
    std::optional<products::status> status;                        ///< of a new product `active` unless given
    std::optional<std::vector<std::string>> tags;                  ///< all of them: they replace those there are
    std::optional<std::map<std::string, std::string>> attributes;  ///< all of them: they replace those there are
    std::optional<std::string> group;                              ///< the empty one takes the product out of its group
    std::optional<std::map<std::string, std::string>> options;     ///< all of them: they replace those there are

    static constexpr auto fields() {
        using t = product_merge;
        return std::tuple{required("sku", &t::sku),
                          optional("name", &t::name),
                          optional("description", &t::description),
                          optional("price", &t::price),
                          optional("status", &t::status),
                          optional("tags", &t::tags),
                          optional("attributes", &t::attributes),
                          optional("group", &t::group),
                          optional("options", &t::options)};
    }
    friend bool operator==(product_merge const&, product_merge const&) = default;
};

/// A product as it stands.
struct product {
    shop::sku sku;
    std::string name;  ///< as in `product_draft`
    std::string description;
    money price;
    products::status status = products::status::draft;
    std::vector<std::string> tags;
    std::map<std::string, std::string> attributes;
    std::optional<std::string> group;
    std::map<std::string, std::string> options;
    std::uint64_t version = 0;  ///< 1 when created, one more with each change
    timestamp created_at;
    timestamp updated_at;
    products::availability availability;
    std::uint64_t availability_sequence = 0;  ///< not part of the JSON; the second part of the ETag
    std::string changed_by;  ///< the account of the last change, for who may write products; for others empty

    static constexpr auto fields() {
        using t = product;
        return std::tuple{required("sku", &t::sku),
                          required("name", &t::name),
                          optional("description", &t::description),
                          required("price", &t::price),
                          required("status", &t::status),
                          optional("tags", &t::tags),
                          optional("attributes", &t::attributes),
                          optional("group", &t::group),
                          optional("options", &t::options),
                          required("version", &t::version),
                          required("created_at", &t::created_at),
                          required("updated_at", &t::updated_at),
                          required("availability", &t::availability),
                          optional("changed_by", &t::changed_by)};
    }
    friend bool operator==(product const&, product const&) = default;
};

/// A product with changes, to be sent back: all that a draft says, and what was read beside it.
struct edited_product : product_draft {
    edited_product() = default;
    /// Without a version: what was read is not looked at.
    edited_product(product_draft d) : product_draft(std::move(d)) {}
    /// As it was read; then change what is to be changed.
    explicit edited_product(product const& read)
        : version(read.version),
          created_at(read.created_at),
          updated_at(read.updated_at),
          availability(read.availability) {
        if (!read.changed_by.empty()) changed_by = read.changed_by;
        sku = read.sku;
        name = read.name;
        description = read.description;
        price = read.price;
        status = read.status;
        tags = read.tags;
        attributes = read.attributes;
        group = read.group;
        options = read.options;
    }

    std::optional<std::uint64_t> version;  ///< this and the following: as they were read, or left out
    std::optional<timestamp> created_at;
    std::optional<timestamp> updated_at;
    std::optional<products::availability> availability;
    std::optional<std::string> changed_by;  ///< read only: see `product::changed_by`

    static constexpr auto fields() {
        using t = edited_product;
        return std::tuple_cat(
            product_draft::fields(),
            std::tuple{read_only("version", &t::version), read_only("created_at", &t::created_at),
                       read_only("updated_at", &t::updated_at), read_only("availability", &t::availability),
                       read_only("changed_by", &t::changed_by)});
    }
    friend bool operator==(edited_product const&, edited_product const&) = default;
};

/// What an order needs to know of a product.
struct offer {
    shop::sku sku;
    std::string name;  ///< as in `product_draft`
    money price;
    products::status status = products::status::draft;

    static constexpr auto fields() {
        return std::tuple{required("sku", &offer::sku), required("name", &offer::name),
                          required("price", &offer::price), required("status", &offer::status)};
    }
    friend bool operator==(offer const&, offer const&) = default;
};

}  // namespace shop::products
