#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <concepts>
#include <limits>
#include <string>
#include <vector>

#include <shop/core/describe.hpp>
#include <shop/core/document.hpp>
#include <shop/core/json.hpp>
#include <shop/core/money.hpp>
#include <shop/core/quantity.hpp>
#include <shop/core/sku.hpp>
#include <shop/core/time.hpp>
#include <shop/core/uuid.hpp>

#include "storage/sqlite/connection.hpp"

/// How described members become columns, and back.
///
/// | member                                             | column                    |
/// |----------------------------------------------------|---------------------------|
/// | bool, integers, quantity, timestamp (milliseconds) | INTEGER                   |
/// | uuid, ids, arrays of bytes                         | BLOB                      |
/// | string, sku, location, currency, worded enums      | TEXT                      |
/// | optional                                           | NULL, or as its value     |
/// | document, and everything else that JSON can say    | TEXT, the JSON            |
namespace shop::sqlite {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_id = false;
template <class Kind>
inline constexpr bool is_id<id<Kind>> = true;
template <class T>
inline constexpr bool is_document = false;
template <class T>
inline constexpr bool is_document<document<T>> = true;
template <class T>
inline constexpr bool is_bytes = false;
template <std::size_t N>
inline constexpr bool is_bytes<std::array<std::uint8_t, N>> = true;
template <class T>
inline constexpr bool is_named = std::is_same_v<T, sku> || std::is_same_v<T, location>;

/// The checksum of a row: XXH3 over kind and bytes of each column in its order. What is bound and what is read back
/// give the same, whatever the C++ type.
class row_digest {
public:
    void clear() { bytes_.clear(); }
    void integer(std::int64_t value) { add('i', &value, sizeof value); }
    void text(std::string_view value) { sized('t', value.data(), value.size()); }
    void blob(std::span<std::uint8_t const> value) { sized('b', value.data(), value.size()); }
    void null() { bytes_.push_back('n'); }
    std::int64_t value() const { return static_cast<std::int64_t>(XXH3_64bits(bytes_.data(), bytes_.size())); }

private:
    void add(char kind, void const* data, std::size_t size) {
        bytes_.push_back(kind);
        bytes_.append(static_cast<char const*>(data), size);
    }
    // The length keeps neighbouring texts apart.
    void sized(char kind, void const* data, std::size_t size) {
        auto length = static_cast<std::uint32_t>(size);
        add(kind, &length, sizeof length);
        if (size) bytes_.append(static_cast<char const*>(data), size);
    }
    std::string bytes_;
};

/// Binds values to a statement from its first parameter on, and digests them on the way.
class binder {
public:
    void start(statement& to) {
        to_ = &to;
        at_ = 0;
        texts_used_ = 0;
        digest_.clear();
    }
    void integer(std::int64_t value) {
        to_->bind(++at_, value);
        digest_.integer(value);
    }
    void text(std::string_view value) {
        to_->bind(++at_, value);
        digest_.text(value);
    }
    void blob(std::span<std::uint8_t const> value) {
        to_->bind(++at_, value);
        digest_.blob(value);
    }
    void null() {
        to_->bind_null(++at_);
        digest_.null();
    }
    /// Binds a text made on the spot, which lives until the next `start`.
    void made_text(std::string value) {
        if (texts_used_ == texts_.size()) texts_.push_back(std::make_unique<std::string>());
        auto& kept = *texts_[texts_used_++];
        kept = std::move(value);
        text(kept);
    }
    void checksum() { to_->bind(++at_, digest_.value()); }

private:
    statement* to_ = nullptr;
    int at_ = 0;
    row_digest digest_;
    std::vector<std::unique_ptr<std::string>> texts_;
    std::size_t texts_used_ = 0;
};

template <class T>
void bind_value(binder& to, T const& value) {
    if constexpr (is_optional<T>) {
        value ? bind_value(to, *value) : to.null();
    } else if constexpr (std::integral<T>) {
        to.integer(static_cast<std::int64_t>(value));
    } else if constexpr (std::is_same_v<T, quantity>) {
        to.integer(value.count());
    } else if constexpr (std::is_same_v<T, timestamp>) {
        to.integer(value.time_since_epoch().count());
    } else if constexpr (std::is_same_v<T, uuid>) {
        to.blob(value.bytes);
    } else if constexpr (is_id<T>) {
        to.blob(value.value.bytes);
    } else if constexpr (is_bytes<T>) {
        to.blob(value);
    } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
        to.text(value);
    } else if constexpr (is_named<T> || std::is_same_v<T, currency> || is_document<T>) {
        to.text(value.text());
    } else if constexpr (worded<T>) {
        to.text(to_word(value));
    } else {
        to.made_text(json::encode(value));
    }
}

/// Reads the columns of a row from the first on, and digests them as they are stored.
class row_reader {
public:
    explicit row_reader(row_digest& digest) : digest_(digest) {}
    void start(statement const& from) {
        from_ = &from;
        at_ = 0;
        fits_ = true;
        digest_.clear();
    }
    /// Takes a NULL if there is one.
    bool null() {
        if (from_->type(at_) != SQLITE_NULL) return false;
        ++at_;
        digest_.null();
        return true;
    }
    std::int64_t integer() {
        if (!expect(SQLITE_INTEGER)) return 0;
        auto value = from_->integer(at_++);
        digest_.integer(value);
        return value;
    }
    std::string_view text() {
        if (!expect(SQLITE_TEXT)) return {};
        auto value = from_->text(at_++);
        digest_.text(value);
        return value;
    }
    std::span<std::uint8_t const> blob() {
        if (!expect(SQLITE_BLOB)) return {};
        auto value = from_->blob(at_++);
        digest_.blob(value);
        return value;
    }
    void misfit() { fits_ = false; }
    /// Whether all columns were of their types and the checksum, the last column, is theirs.
    bool sound() { return fits_ && from_->type(at_) == SQLITE_INTEGER && from_->integer(at_) == digest_.value(); }

private:
    bool expect(int type) {
        if (fits_ && from_->type(at_) == type) return true;
        fits_ = false;
        return false;
    }
    row_digest& digest_;
    statement const* from_ = nullptr;
    int at_ = 0;
    bool fits_ = true;
};

template <class T>
void read_value(row_reader& from, T& value) {
    auto take = [&](auto read) { read ? void(value = std::move(*read)) : from.misfit(); };
    auto bytes = [&](std::array<std::uint8_t, 16>& to) {
        auto read = from.blob();
        read.size() == to.size() ? void(std::copy(read.begin(), read.end(), to.begin())) : from.misfit();
    };
    if constexpr (is_optional<T>) {
        from.null() ? value.reset() : read_value(from, value.emplace());
    } else if constexpr (std::is_same_v<T, bool>) {
        value = from.integer() != 0;
    } else if constexpr (std::integral<T>) {
        auto read = from.integer();
        value = static_cast<T>(read);
        if (static_cast<std::int64_t>(value) != read) from.misfit();
    } else if constexpr (std::is_same_v<T, quantity>) {
        take(quantity::from(from.integer()));
    } else if constexpr (std::is_same_v<T, timestamp>) {
        value = timestamp(timestamp::duration(from.integer()));
    } else if constexpr (std::is_same_v<T, uuid>) {
        bytes(value.bytes);
    } else if constexpr (is_id<T>) {
        bytes(value.value.bytes);
    } else if constexpr (is_bytes<T>) {
        auto read = from.blob();
        read.size() == value.size() ? void(std::copy(read.begin(), read.end(), value.begin())) : from.misfit();
    } else if constexpr (std::is_same_v<T, std::string>) {
        value = from.text();
    } else if constexpr (is_named<T> || std::is_same_v<T, currency>) {
        take(T::parse(from.text()));
    } else if constexpr (is_document<T>) {
        value = T::from_text(std::string(from.text()));
    } else if constexpr (worded<T>) {
        take(from_word<T>(from.text()));
    } else {
        auto read = json::decode<T>(from.text(), json::unknown_members::ignore);
        read ? void(value = std::move(*read)) : from.misfit();
    }
}

}  // namespace shop::sqlite
