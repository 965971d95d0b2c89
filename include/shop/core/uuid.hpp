#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <shop/core/detail/words.hpp>
#include <shop/core/time.hpp>

namespace shop {

/// 16 bytes in stores, lower-case text in JSON. Ids of the shop are version 7 (RFC 9562): they begin with their
/// time of birth, so that sorting by id is sorting by age.
struct uuid {
    std::array<std::uint8_t, 16> bytes{};  ///< big-endian, as RFC 9562 lays them out

    friend bool operator==(uuid const&, uuid const&) = default;
    /// As their bytes.
    friend std::strong_ordering operator<=>(uuid const& a, uuid const& b) {
        if (auto const first = detail::big_endian(a.bytes.data()) <=> detail::big_endian(b.bytes.data()); first != 0) {
            return first;
        }
        return detail::big_endian(a.bytes.data() + 8) <=> detail::big_endian(b.bytes.data() + 8);
    }
    bool is_nil() const { return bytes == decltype(bytes){}; }  ///< Whether all bits are 0 (RFC 9562, 5.9).
    /// Greater than every id that is drawn: the end of a range.
    static constexpr uuid beyond_all() {
        uuid all;
        all.bytes.fill(0xff);
        return all;
    }

    /// The millisecond a version 7 id was drawn.
    timestamp born() const;
    /// The smallest version 7 id of a millisecond: the edge of a range over time.
    static uuid first_of(timestamp at);
};

/// The 36 characters of the canonical form, lower case (RFC 9562, section 4).
std::string to_string(uuid const& value);
void append(std::string& out, uuid const& value);  ///< Appends what `to_string` answers.
/// Reads the 36 characters of the canonical form, lower case only; nothing for anything else.
std::optional<uuid> parse_uuid(std::string_view text);

/// An id of one kind of thing; ids of different kinds do not mix.
template <class Kind>
struct id {
    uuid value;  ///< version 7, if the shop drew it

    friend auto operator<=>(id const&, id const&) = default;
    bool is_nil() const { return value.is_nil(); }  ///< Whether it was never drawn.
    /// As `parse_uuid`.
    static std::optional<id> parse(std::string_view text) {
        if (auto read = parse_uuid(text)) return id{*read};
        return std::nullopt;
    }
};

/// As of its `uuid`.
template <class Kind>
std::string to_string(id<Kind> const& i) {
    return to_string(i.value);
}

using order_id = id<struct order_kind>;  ///< Drawn when the order is placed.
/// Names one placing, shipment or release between orders and inventory.
using operation_id = id<struct operation_kind_tag>;
using shipment_id = id<struct shipment_kind>;        ///< Names what left the shop together.
using reservation_id = id<struct reservation_kind>;  ///< Names a checkout hold.
using delivery_id = id<struct delivery_kind>;        ///< Names a message to one recipient.
/// The incarnation id of a store: it changes when a store is restored, so that receivers notice.
using store_epoch = id<struct store_epoch_kind>;

/// A source of ids; injected, so that a run can be repeated.
/// @par Thread safety
/// Shared objects: safe.
class id_source {
public:
    virtual ~id_source() = default;
    /// A version 7 id never given before, born at `now`.
    virtual uuid next(timestamp now) = 0;

    /// The same, as an id of one kind.
    template <class Id>
    Id draw(timestamp now) {
        return Id{next(now)};
    }
};

/// The process-wide source fed by the operating system's randomness.
id_source& random_ids();

}  // namespace shop

template <>
struct std::hash<shop::uuid> {
    std::size_t operator()(shop::uuid const& u) const noexcept {
        std::uint64_t high,
            low;  // the random tail of a version 7 id is already a good hash; time is mixed in for seeded ones
        std::memcpy(&high, u.bytes.data(), 8);
        std::memcpy(&low, u.bytes.data() + 8, 8);
        return static_cast<std::size_t>((high * 0x9e3779b97f4a7c15ULL) ^ low);
    }
};
template <class Kind>
struct std::hash<shop::id<Kind>> {
    std::size_t operator()(shop::id<Kind> const& i) const noexcept { return std::hash<shop::uuid>{}(i.value); }
};
