#pragma once

#include <shop/json/document.hpp>
#include <shop/products/types.hpp>
#include <shop/records/record.hpp>

namespace shop::products {

/// The part of a product that no query looks into.
struct product_content {
    std::string description;
    std::vector<std::string> tags;
    std::map<std::string, std::string> attributes;
    std::optional<std::string> group;
    std::map<std::string, std::string> options;
    std::string changed_by;  ///< the account of the last change; empty of a product from before it was recorded

    static constexpr auto fields() {
        using t = product_content;
        return std::tuple{optional("description", &t::description), optional("tags", &t::tags),
                          optional("attributes", &t::attributes),   optional("group", &t::group),
                          optional("options", &t::options),         optional("changed_by", &t::changed_by)};
    }
    friend bool operator==(product_content const&, product_content const&) = default;
};

/// A product, without what the inventory says of it.
struct product_record {
    static constexpr std::string_view table = "products_product";
    static constexpr auto key() { return std::tuple{&product_record::sku}; }
    static constexpr std::size_t load_key_size = 1;

    shop::sku sku;
    std::uint64_t revision = 0;
    std::uint64_t version = 0;  ///< of the product: many commands of a batch are one write of its row
    std::string name;           ///< 1 to `limits::product_name_characters_max` characters
    money price;
    products::status status = products::status::draft;
    document<product_content> content;
    timestamp created_at;
    timestamp updated_at;

    static constexpr auto fields() {
        using t = product_record;
        return std::tuple{required("sku", &t::sku),
                          required("revision", &t::revision),
                          required("version", &t::version),
                          required("name", &t::name),
                          required("price", &t::price),
                          required("status", &t::status),
                          required("content", &t::content),
                          required("created_at", &t::created_at),
                          required("updated_at", &t::updated_at)};
    }
    friend bool operator==(product_record const&, product_record const&) = default;
};

/// The last word of the inventory about a sku: the inbox of stock events and the hint shown with a product, in one.
struct availability_record {
    static constexpr std::string_view table = "products_availability";
    static constexpr auto key() { return std::tuple{&availability_record::sku}; }
    static constexpr std::size_t load_key_size = 1;

    shop::sku sku;
    std::uint64_t revision = 0;
    store_epoch epoch;           ///< of the inventory store that said it
    std::uint64_t sequence = 0;  ///< the version of its stock
    std::int64_t available = 0;
    std::int64_t low_stock_threshold = 0;
    bool untracked = false;
    timestamp as_of;

    static constexpr auto fields() {
        using t = availability_record;
        return std::tuple{required("sku", &t::sku),
                          required("revision", &t::revision),
                          required("epoch", &t::epoch),
                          required("sequence", &t::sequence),
                          required("available", &t::available),
                          required("low_stock_threshold", &t::low_stock_threshold),
                          required("untracked", &t::untracked),
                          required("as_of", &t::as_of)};
    }
    friend bool operator==(availability_record const&, availability_record const&) = default;
};

using store_schema = shop::schema<product_record, availability_record>;

/// Which products to list, by sku.
struct product_query {
    std::string text;                ///< part of the sku or the name, letter case ignored (ASCII); empty: all
    std::optional<std::string> tag;  ///< of products that have this tag; absent: of all
    std::optional<products::status> status;
    std::optional<shop::sku> after;  ///< keyset: skus greater than this
    std::size_t limit = 0;
    std::size_t looked_at_max =
        0;  ///< products that are looked at, whether or not they are found; 0: as many as it takes

    /// Whether products are looked at in vain: then it may take long.
    bool is_search() const { return !text.empty() || tag || status; }
};

/// Products that a query found.
struct found_products {
    std::vector<product_record> products;  ///< by sku
    std::optional<shop::sku>
        looked_up_to;  ///< the last one looked at, if `looked_at_max` ended the look before the limit did
};

/// Behind every sku, for stores that compare texts by their bytes.
inline constexpr std::string_view beyond_all_skus = "~";

/// The storage port of the products.
class store : public record_store<store_schema> {
public:
    /// Products by sku. Their availability is loaded by key.
    virtual asio::awaitable<result<found_products>> list(product_query query) = 0;
};

}  // namespace shop::products
