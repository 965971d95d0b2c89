#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "connection.hpp"
#include "storage/columns.hpp"

/// Columns of SQLite, each row with a checksum of its own: boolean, integer -> INTEGER; id, bytes -> BLOB; text ->
/// TEXT.
namespace shop::sqlite {

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
    void boolean(bool value) { integer(value ? 1 : 0); }
    void text(std::string_view value) {
        to_->bind(++at_, value);
        digest_.text(value);
    }
    void id(std::array<std::uint8_t, 16> const& value) { bytes(value); }
    void bytes(std::span<std::uint8_t const> value) {
        to_->bind(++at_, value);
        digest_.blob(value);
    }
    void null() {
        to_->bind_null(++at_);
        digest_.null();
    }
    /// Binds the NULL of a column that older rows were digested without.
    void absent() { to_->bind_null(++at_); }
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
    /// Takes the NULL of a column that older rows were digested without, if there is one.
    bool absent() {
        if (from_->type(at_) != SQLITE_NULL) return false;
        ++at_;
        return true;
    }
    std::int64_t integer() {
        if (!expect(SQLITE_INTEGER)) return 0;
        auto value = from_->integer(at_++);
        digest_.integer(value);
        return value;
    }
    bool boolean() { return integer() != 0; }
    std::string_view text() {
        if (!expect(SQLITE_TEXT)) return {};
        auto value = from_->text(at_++);
        digest_.text(value);
        return value;
    }
    void id(std::array<std::uint8_t, 16>& to) { bytes(to); }
    void bytes(std::span<std::uint8_t> to) {
        if (!expect(SQLITE_BLOB)) return;
        auto value = from_->blob(at_++);
        digest_.blob(value);
        value.size() == to.size() ? void(std::copy(value.begin(), value.end(), to.begin())) : misfit();
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

}  // namespace shop::sqlite
