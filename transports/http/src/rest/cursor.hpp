#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include <shop/core/call.hpp>
#include <shop/http/cursor_seal.hpp>
#include <shop/json/json.hpp>

namespace shop::http::detail {

template <class Command>
concept paged = requires(Command c) {
    { c.cursor } -> std::same_as<std::optional<std::string>&>;
    c.limit;
};

/// For whom and for which list cursors are good: a principal, an operation, and all that the list is asked for but how
/// many and from where.
template <class Command>
class page_binding {
public:
    page_binding(std::string_view, principal const&, Command const&) {}
    result<void> open(cursor_seal const&, Command&) const { return {}; }
    template <class Answer>
    void seal(cursor_seal const&, Answer&) const {}
};

template <paged Command>
class page_binding<Command> {
public:
    page_binding(std::string_view operation, principal const& by, Command list) {
        list.cursor.reset();
        list.limit.reset();
        for (auto const text : {operation, std::string_view(by.account), std::string_view(by.customer_id)}) {
            json::append_string(to_, text);  // quoted: where one ends and the next begins is plain
        }
        json::append(to_, list);
    }

    /// The cursor that was sealed for the same, as its service made it.
    /// @par Errors
    /// `malformed_request` at "cursor".
    result<void> open(cursor_seal const& with, Command& list) const {
        if (!list.cursor) return {};
        auto opened = with.open(to_, *list.cursor);
        if (!opened) return opened.error();
        list.cursor = *std::move(opened);
        return {};
    }
    template <class Answer>
    void seal(cursor_seal const& with, Answer& page) const {
        if (page.next_cursor) page.next_cursor = with.seal(to_, *page.next_cursor);
    }

private:
    std::string to_;
};

}  // namespace shop::http::detail
