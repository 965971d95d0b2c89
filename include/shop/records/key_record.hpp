#pragma once

#include <optional>
#include <string>

#include <shop/core/error.hpp>
#include <shop/core/idempotency_key.hpp>
#include <shop/core/result.hpp>
#include <shop/core/time.hpp>
#include <shop/core/uuid.hpp>

namespace shop {

/// A failure as recorded under a key.
struct recorded_refusal {
    std::string code;       ///< the stable word
    error_details details;  ///< told again with each repeat

    static constexpr auto fields() {
        return std::tuple{required("code", &recorded_refusal::code), required("details", &recorded_refusal::details)};
    }
    friend bool operator==(recorded_refusal const&, recorded_refusal const&) = default;
};

/// An idempotency key and what it did. What placing answered follows from the order, what a movement answered from its
/// reference; a transition keeps its outcome here.
///
/// The services whose operations need a key share this one table wherever their stores share a transaction domain: the
/// primary key decides between an order and a movement, too. It is named after the service that had it first.
struct key_record {
    static constexpr std::string_view table = "orders_key";
    static constexpr auto key() { return std::tuple{&key_record::account, &key_record::idempotency_key}; }
    static constexpr std::size_t load_key_size = 2;

    std::string account;          ///< with the key, unique over all operations
    std::string idempotency_key;  ///< 1 to 255 printable ASCII characters
    std::uint64_t revision = 0;
    shop::fingerprint fingerprint{};
    shop::order_id order_id;                  ///< nil of a movement of stock
    std::optional<operation_id> operation;    ///< of a transition
    std::uint64_t outcome_version = 0;        ///< the order's version that a transition made; 0 while open or refused
    std::optional<recorded_refusal> refusal;  ///< why its effect was refused
    timestamp created_at;

    static constexpr auto fields() {
        using t = key_record;
        return std::tuple{required("account", &t::account),
                          required("idempotency_key", &t::idempotency_key),
                          required("revision", &t::revision),
                          required("fingerprint", &t::fingerprint),
                          required("order_id", &t::order_id),
                          optional("operation", &t::operation),
                          required("outcome_version", &t::outcome_version),
                          optional("refusal", &t::refusal),
                          required("created_at", &t::created_at)};
    }
    friend bool operator==(key_record const&, key_record const&) = default;
};

/// The record of a key that is used for the first time.
key_record new_key_record(call_key const& key, timestamp now);

/// Whether a request under a known key is a repeat of the first.
/// @par Errors
/// `idempotency_key_reused`: the key was used for another request.
result<void> check_repeat(key_record const& known, fingerprint const& asked);

}  // namespace shop
