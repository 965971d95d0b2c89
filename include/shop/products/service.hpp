#pragma once

#include <shop/async/results.hpp>
#include <shop/core/call.hpp>
#include <shop/core/page.hpp>
#include <shop/products/types.hpp>
#include <shop/records/record.hpp>

namespace shop::products {

/// Command of `service::create`.
struct create_product {
    create_product() = default;
    explicit create_product(product_draft d) : draft(std::move(d)) {}
    product_draft draft;                                             ///< the body of the request
    static constexpr auto body() { return &create_product::draft; }  ///< The member that is the body in JSON.
};

/// Command of `service::get`.
struct get_product {
    get_product() = default;
    explicit get_product(shop::sku which) : sku(std::move(which)) {}
    shop::sku sku;
    static constexpr auto fields() { return std::tuple{required("sku", &get_product::sku)}; }
};

/// Command of `service::offers`.
struct get_offer {
    get_offer() = default;
    explicit get_offer(shop::sku which) : sku(std::move(which)) {}
    shop::sku sku;
    static constexpr auto fields() { return std::tuple{required("sku", &get_offer::sku)}; }
};

/// Command of `service::list`.
struct list_products {
    list_products() = default;
    std::string q;                   ///< part of a sku or name
    std::optional<std::string> tag;  ///< of products that have this tag; absent: of all
    std::optional<products::status> status;
    std::vector<shop::sku> sku;  ///< just these; unknown ones are left out
    std::optional<std::int64_t> limit;
    std::optional<std::string> cursor;
    static constexpr auto fields() {
        using t = list_products;
        return std::tuple{optional("q", &t::q),     optional("tag", &t::tag),     optional("status", &t::status),
                          optional("sku", &t::sku), optional("limit", &t::limit), optional("cursor", &t::cursor)};
    }
};

/// Command of `service::replace`.
struct replace_product {
    replace_product() = default;
    replace_product(shop::sku which, edited_product d, std::optional<std::uint64_t> version)
        : sku(std::move(which)), draft(std::move(d)), if_match(version) {}
    shop::sku sku;
    edited_product draft;                   ///< its sku must equal `sku`
    std::optional<std::uint64_t> if_match;  ///< the version it replaces; required
    static constexpr auto fields() {
        return std::tuple{required("sku", &replace_product::sku), optional("if_match", &replace_product::if_match)};
    }
    static constexpr auto body() { return &replace_product::draft; }  ///< The member that is the body in JSON.
};

/// Command of `service::archive`.
struct archive_product {
    archive_product() = default;
    /// @param version the one that was seen; any, if it is left out
    explicit archive_product(shop::sku which, std::optional<std::uint64_t> version = {})
        : sku(std::move(which)), if_match(version) {}
    shop::sku sku;
    std::optional<std::uint64_t> if_match;  ///< optional here
    static constexpr auto fields() {
        return std::tuple{required("sku", &archive_product::sku), optional("if_match", &archive_product::if_match)};
    }
};

enum class import_outcome { created, updated, unchanged };
constexpr std::array<std::string_view, 3> words_of(import_outcome) {
    return {"created", "updated", "unchanged"};
}

/// What an imported product answers.
struct imported {
    shop::sku sku;
    import_outcome outcome = import_outcome::unchanged;  ///< `unchanged` ones keep their version
    std::uint64_t version = 0;                           ///< as it is now
    static constexpr auto fields() {
        return std::tuple{required("sku", &imported::sku), required("outcome", &imported::outcome),
                          required("version", &imported::version)};
    }
};

/// Creates a product, or changes what is said of it, whatever the version; an equal product is left untouched.
struct import_product {
    import_product() = default;
    explicit import_product(product_merge m) : merge(std::move(m)) {}
    explicit import_product(product_draft whole) : merge(std::move(whole)) {}
    product_merge merge;  ///< the item of the request
    /// What only one item of an upload may be about.
    shop::sku const& subject() const { return merge.sku; }
    static constexpr auto body() { return &import_product::merge; }  ///< The member that is the item in JSON.
};

/// What the inventory says about a sku: its whole state, so that the last one said is all one needs.
struct note_availability {
    note_availability() = default;
    shop::sku sku;
    store_epoch epoch;           ///< of the inventory store that says it
    std::uint64_t sequence = 0;  ///< an older or equal one of the same epoch changes nothing
    std::int64_t available = 0;
    std::int64_t low_stock_threshold = 0;
    bool untracked = false;
    timestamp as_of;
    static constexpr auto fields() {
        using t = note_availability;
        return std::tuple{required("sku", &t::sku),
                          required("epoch", &t::epoch),
                          required("sequence", &t::sequence),
                          required("available", &t::available),
                          required("low_stock_threshold", &t::low_stock_threshold),
                          required("untracked", &t::untracked),
                          required("as_of", &t::as_of)};
    }
};

/// An answer that says no more than that it is done.
struct noted {
    static constexpr auto fields() { return std::tuple{}; }
};

/// The catalogue.
///
/// Every function takes 1 to `limits::batch_items_max` requests and answers one result per request, in their order; a
/// refused one does not disturb its neighbours. Later requests of a batch see what earlier ones did.
/// @par Thread safety
/// Shared objects: safe from the executor the engine runs on; the faces of the engine may be used from any thread.
class service {
public:
    virtual ~service() = default;

    /// Adds a product at version 1.
    /// @par Errors per request
    /// `already_exists`; `invalid_value` with pointers.
    virtual results<product> create(requests<create_product> requests) = 0;

    /// @par Errors per request
    /// `not_found`.
    virtual results<product> get(requests<get_product> requests) = 0;

    /// What orders need to know: name, price and status, without availability.
    /// @par Errors per request
    /// `not_found`.
    virtual results<offer> offers(requests<get_offer> requests) = 0;

    /// Products by sku, a page at a time.
    virtual results<page<product>> list(requests<list_products> requests) = 0;

    /// Replaces all a caller may say of a product; never creates one. What `get` answered can be sent back as it is:
    /// what a caller cannot set is ignored when it is as it was read.
    /// @par Errors per request
    /// `not_found`; `version_required`; `version_mismatch` with the current version; `invalid_value`.
    virtual results<product> replace(requests<replace_product> requests) = 0;

    /// Takes a product off the market; doing it again changes nothing.
    /// @par Errors per request
    /// `not_found`; `version_mismatch`.
    virtual results<product> archive(requests<archive_product> requests) = 0;

    /// Creates products, and merges what is said into those that are there; each its own result.
    /// @par Errors per request
    /// `invalid_value` with pointers, also to what a new product lacks.
    virtual results<imported> import(requests<import_product> requests) = 0;

    /// Takes in the inventory's word; the subscriber of its stock events.
    virtual results<noted> note_availability(requests<products::note_availability> requests) = 0;
};

}  // namespace shop::products
