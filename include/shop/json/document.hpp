#pragma once

#include <memory>
#include <string>
#include <utility>

#include <shop/json/json.hpp>

namespace shop {

/// An immutable value inside a record, which a store keeps as JSON text: encoded only when a store wants the text,
/// decoded only when somebody wants the value.
/// @par Thread safety
/// Distinct objects: safe, copies share the value. Shared objects: unsafe, reading fills in the missing half.
template <class T>
class document {
public:
    document() : document(empty()) {}
    /// Has the value, and makes the text when it is asked for.
    explicit document(T value) : value_(std::make_shared<T const>(std::move(value))) {}
    /// Shares the value. @pre not null
    explicit document(std::shared_ptr<T const> value) : value_(std::move(value)) {}

    /// Has the text as a store gave it; it is not looked at yet.
    static document from_text(std::string text) {
        document d{std::shared_ptr<T const>{}};
        d.text_ = std::make_shared<std::string const>(std::move(text));
        return d;
    }

    /// @throws shop::failure with `store_corrupt` if the text is not of the shape of `T`.
    T const& get() const { return *share(); }
    /// Valid as long as a copy of this document is. @throws shop::failure as `share`.
    T const* operator->() const { return share().get(); }
    /// @throws shop::failure with `store_corrupt` if the text is not of the shape of `T`.
    std::shared_ptr<T const> const& share() const {
        if (!value_) {
            auto read = json::decode<T>(*text_, json::unknown_members::ignore);
            if (!read) throw failure(error(error_code::store_corrupt));
            value_ = std::make_shared<T const>(std::move(*read));
        }
        return value_;
    }
    /// JSON; valid as long as this is.
    std::string const& text() const {
        if (!text_) text_ = std::make_shared<std::string const>(json::encode(*value_));
        return *text_;
    }

    /// Equal texts, or the same value.
    friend bool operator==(document const& a, document const& b) {
        if (a.value_ && a.value_ == b.value_) return true;
        if (a.text_ && a.text_ == b.text_) return true;
        return a.text() == b.text();
    }

private:
    /// Shared by all that hold nothing yet, its text included.
    static document const& empty() {
        static document const shared = [] {
            document made{T{}};
            made.text();
            return made;
        }();
        return shared;
    }

    mutable std::shared_ptr<T const> value_;
    mutable std::shared_ptr<std::string const> text_;
};

}  // namespace shop
