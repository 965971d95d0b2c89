#pragma once

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <shop/async/operation.hpp>
#include <shop/core/describe.hpp>
#include <shop/core/field_errors.hpp>
#include <shop/http/uri.hpp>
#include <shop/json/json.hpp>

#include "rest/head.hpp"
#include "rest/route.hpp"
#include "rest/tag.hpp"

/// From a request to a command: what its row and its description say about where each member comes from.
namespace shop::http::detail {

/// Where a row's names in braces stand: in the order of the path.
struct path_names {
    std::array<std::string_view, path_parameters_max> names{};
    std::size_t count = 0;

    constexpr explicit path_names(std::string_view path) {
        for (auto open = path.find('{'); open != path.npos; open = path.find('{', open + 1)) {
            names[count++] = path.substr(open + 1, path.find('}', open) - open - 1);
        }
    }
    /// The place of a name; `count` if it is not in the path.
    constexpr std::size_t index_of(std::string_view name) const {
        std::size_t i = 0;
        while (i < count && names[i] != name) ++i;
        return i;
    }
};

inline constexpr std::string_view if_match_member = "if_match";
inline constexpr std::string_view if_none_match_member = "if_none_match";
inline constexpr std::string_view guarded_member = "guarded";
inline constexpr std::string_view last_event_id_member = "last_event_id";

/// A row of a table, known at compile time.
template <auto const& Table, std::size_t I>
struct row_of {
    static constexpr auto const& row = std::get<I>(Table);
    using operation = std::remove_cvref_t<decltype(row)>;
    using service = typename operation::service_type;
    using command = typename operation::command_type;
    using answer = typename operation::answer_type;

    static constexpr path_names in_path{row.path};
    static constexpr bool reads_query = row.method == http_method::get || row.method == http_method::delete_;
    static constexpr bool changes = row.method == http_method::put || row.method == http_method::patch;

    /// Whether a described member is given by the query or the body, not by path or head.
    static constexpr bool is_given(std::string_view name) {
        return in_path.index_of(name) == in_path.count && name != if_match_member && name != if_none_match_member &&
               name != guarded_member && name != last_event_id_member;
    }

    template <class Predicate>
    static constexpr bool any_member(Predicate wanted) {
        bool any = false;
        if constexpr (described<command>) {
            for_each_field<command>([&](auto const& f) { any = any || wanted(f.name, f.when_missing); });
        }
        return any;
    }

    static constexpr bool has_whole_body = requires { command::body(); };
    static constexpr bool conditional =
        any_member([](std::string_view name, presence) { return name == if_match_member; });
    /// Whether it makes what is not there: then its service tells whether a version is required.
    static constexpr bool can_create =
        any_member([](std::string_view name, presence) { return name == if_none_match_member; });
    /// Whether a stream goes on behind the event that its client saw last.
    static constexpr bool resumable =
        any_member([](std::string_view name, presence) { return name == last_event_id_member; });
    static constexpr bool has_given = any_member([](std::string_view name, presence) { return is_given(name); });
    static constexpr bool takes_body = has_whole_body || (!reads_query && has_given);
    static constexpr bool needs_body = has_whole_body || any_member([](std::string_view name, presence missing) {
                                           return is_given(name) && missing == presence::required;
                                       });
};

/// The members of `if_match` and `if_none_match`.
template <class Row>
result<void> read_condition(exchange const& at, typename Row::command& out) {
    if constexpr (Row::conditional) {
        auto version = version_in_if_match(at.http);
        if (!version) return version.error();
        if constexpr (Row::can_create) {
            auto const is_new = at.http.find("If-None-Match");
            if (is_new && *is_new != "*") {
                return malformed_at("If-None-Match", "must be *: only what is not there yet is made");
            }
            out.if_none_match = is_new.has_value();
            out.guarded = true;
        } else if (Row::changes && !*version) {
            return error(error_code::version_required, "send the ETag of what you read as `If-Match`");
        }
        out.if_match = *version;
    }
    return {};
}

/// The members that the path names. A text that no such member can be names nothing.
template <class Row>
result<void> read_path(exchange const& at, typename Row::command& out) {
    bool good = true;
    for_each_field<typename Row::command>([&](auto const& f) {
        auto const index = Row::in_path.index_of(f.name);
        if (index == Row::in_path.count) return;
        json::reader in(json::unknown_members::refuse);
        good = good && json::read_parameter(in, at.path_values[index], out.*f.pointer);
    });
    if (!good) return error(error_code::not_found);
    return {};
}

/// The members that the query names.
template <class Row>
result<void> read_query(exchange const& at, typename Row::command& out) {
    if (at.http.query.empty()) return {};
    auto parameters = query_parameters(at.http.query);
    if (!parameters) return parameters.error();
    field_errors refused;
    for (auto const& [name, text] : *parameters) {
        bool known = false;
        for_each_field<typename Row::command>([&](auto const& f) {
            if (!Row::reads_query || f.name != name || !Row::is_given(f.name)) return;
            known = true;
            json::reader in(json::unknown_members::refuse, f.name);
            if (json::read_parameter(in, text, out.*f.pointer)) return;
            auto with_plus = text;
            std::ranges::replace(with_plus, ' ', '+');
            json::reader again(json::unknown_members::refuse, f.name);
            bool const meant_plus = with_plus != text && json::read_parameter(again, with_plus, out.*f.pointer);
            refused.add(meant_plus
                            ? malformed_at(f.name, "has a space, as which a + in a query is read: write + as %2B")
                            : std::move(in).to_error());
        });
        if (!known) {
            bool const nameable = name.size() <= json::key_bytes_shown_max;
            refused.add(malformed_at(nameable ? std::string_view(name) : "query",
                                     "is no parameter of this operation: leave it out"));
        }
    }
    // An address that says nonsense addresses nothing.
    return std::move(refused).done(error_code::malformed_request);
}

/// The members of a change. What a read answers names the resource too: that is taken where it is what the path names.
template <class Row>
bool read_change(json::reader& in, json::value v, typename Row::command& out) {
    auto said = out;
    constexpr auto is_in_path = [](std::string_view name) { return Row::in_path.index_of(name) != Row::in_path.count; };
    bool good = json::read_members(
        in, v, said, [&](std::string_view name) { return Row::is_given(name) || is_in_path(name); },
        [](std::string_view name) { return Row::is_given(name); });
    for_each_field<typename Row::command>([&](auto const& f) {
        if (Row::in_path.index_of(f.name) == Row::in_path.count || said.*f.pointer == out.*f.pointer) return;
        json::reader::place here(in, f.name);
        good = in.refuse_value("must be what the path names, or left out");
    });
    out = std::move(said);
    return good;
}

/// The members that a JSON body gives, or the one that is the whole body.
template <class Row>
result<void> read_body(exchange const& at, typename Row::command& out) {
    if (at.http.body.empty()) {
        if (!Row::needs_body) return {};
        return error(error_code::malformed_request, "this operation needs a body of JSON");
    }
    json::detail::borrowed_tape tape;
    if (auto read = tape->parse(at.http.body); !read) return read.error();
    json::reader in(json::unknown_members::refuse);
    bool good = false;
    if constexpr (Row::has_whole_body) {
        auto& whole = out.*Row::command::body();
        good = json::codec<std::remove_cvref_t<decltype(whole)>>::read(in, tape->root(), whole);
    } else if constexpr (Row::in_path.count == 0 && !Row::conditional) {
        good = json::codec<typename Row::command>::read(in, tape->root(), out);
    } else if constexpr (Row::changes) {
        good = read_change<Row>(in, tape->root(), out);
    } else {
        good = json::read_members(in, tape->root(), out, [](std::string_view name) { return Row::is_given(name); });
    }
    if (!good || in.refused()) return std::move(in).to_error();
    return {};
}

/// The whole command.
/// @par Errors
/// `not_found` for a path that can name nothing, `version_required`, `malformed_request`, `malformed_json`,
/// `invalid_value`.
template <class Row>
result<void> read_command(exchange const& at, typename Row::command& out) {
    if constexpr (described<typename Row::command>) {
        if (auto read = read_path<Row>(at, out); !read) return read;
        if (auto read = read_condition<Row>(at, out); !read) return read;
        if (auto read = read_query<Row>(at, out); !read) return read;
    } else if (!at.http.query.empty()) {
        return malformed_at("query", "this operation has no parameters");
    }
    if constexpr (Row::takes_body) return read_body<Row>(at, out);
    return {};
}

}  // namespace shop::http::detail
