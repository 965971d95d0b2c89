#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <shop/core/call.hpp>
#include <shop/core/page.hpp>
#include <shop/inventory/service.hpp>
#include <shop/json/json.hpp>
#include <shop/orders/service.hpp>
#include <shop/products/service.hpp>

/// The items of a message as JSON: commands and answers as their descriptions have them, and what REST shows elsewhere
/// or not at all.
namespace shop::transport {

/// How a command or an answer travels between services.
template <class T>
struct wire : json::codec<T> {};

/// A command of which one member is the whole body at the edge.
template <class T>
requires requires {
    T::body();
}
struct wire<T> {
    using whole_type = std::remove_cvref_t<decltype(std::declval<T&>().*T::body())>;

    static bool read(json::reader& in, json::value v, T& out) {
        bool good = true;
        if constexpr (described<T>) good = json::read_members(in, v, out);
        auto const whole = v.find("whole");
        json::reader::place here(in, "whole");
        if (!whole) return in.refuse_shape("is missing");
        return json::codec<whole_type>::read(in, *whole, out.*T::body()) && good;
    }
    static void write(std::string& out, T const& v) {
        bool first = true;
        out += '{';
        if constexpr (described<T>) json::write_members(out, v, first);
        out += first ? "\"whole\":" : ",\"whole\":";
        json::append(out, v.*T::body());
        out += '}';
    }
};

/// A described type with one more member, which the edge does not have.
template <class T, auto Member>
struct wire_with {
    static constexpr std::string_view name = "beside";
    static bool read(json::reader& in, json::value v, T& out) {
        bool const good = json::read_members(in, v, out);
        auto const beside = v.find(name);
        if (!beside) return good;
        json::reader::place here(in, name);
        return json::codec<std::remove_cvref_t<decltype(out.*Member)>>::read(in, *beside, out.*Member) && good;
    }
    static void write(std::string& out, T const& v) {
        bool first = true;
        out += '{';
        json::write_members(out, v, first);
        out += first ? "\"beside\":" : ",\"beside\":";
        json::append(out, v.*Member);
        out += '}';
    }
};

/// Its reference; the edge takes the idempotency key for one.
template <>
struct wire<inventory::record_movement>
    : wire_with<inventory::record_movement, &inventory::record_movement::reference> {};

/// The sequence of its availability, which the edge shows as a part of its tag.
template <>
struct wire<products::product> : wire_with<products::product, &products::product::availability_sequence> {};

/// Its items as they travel by themselves.
template <class T>
struct wire<page<T>> {
    static bool read(json::reader& in, json::value v, page<T>& out) {
        auto const items = v.find("items");
        if (!items || !items->is(json::kind::array)) return in.refuse_shape("must have items");
        bool good = true;
        for (auto const item : *items) {
            json::reader::place here(in, out.items.size());
            good = wire<T>::read(in, item, out.items.emplace_back()) && good;
        }
        if (auto const next = v.find("next_cursor")) {
            good = json::codec<std::optional<std::string>>::read(in, *next, out.next_cursor) && good;
        }
        return good;
    }
    static void write(std::string& out, page<T> const& v) {
        out += "{\"items\":[";
        for (auto const& item : v.items) {
            if (out.back() != '[') out += ',';
            wire<T>::write(out, item);
        }
        out += "],\"next_cursor\":";
        json::append(out, v.next_cursor);
        out += '}';
    }
};

/// Who calls, on the wire.
struct told_principal {
    std::string account;
    std::vector<std::string> scopes;
    std::string customer;
    static constexpr auto fields() {
        using t = told_principal;
        return std::tuple{required("account", &t::account), optional("scopes", &t::scopes),
                          optional("customer", &t::customer)};
    }
};

/// The circumstances of a request, on the wire. Without `by` it is nobody's, who may do nothing.
struct told_call {
    std::optional<std::uint64_t> timeout_ms;
    std::optional<told_principal> by;
    std::string key;
    std::string trace;
    std::string request_id;
    static constexpr auto fields() {
        using t = told_call;
        return std::tuple{optional("timeout_ms", &t::timeout_ms), optional("by", &t::by), optional("key", &t::key),
                          optional("trace", &t::trace), optional("request_id", &t::request_id)};
    }
};

struct told_error {
    std::string code;
    error_details details;
    bool replayed = false;
    static constexpr auto fields() {
        using t = told_error;
        return std::tuple{required("code", &t::code), optional("details", &t::details),
                          optional("replayed", &t::replayed)};
    }
};

/// The circumstances as members, the last of them with a comma behind it.
void write_call(std::string& out, shop::call const& call);
/// What a line says of its circumstances. @param now its time counts from here
shop::call to_call(told_call told, steady_time now);

void write_error(std::string& out, error const& e);
error to_error(told_error told);

/// The text of an item, as `outgoing` wants it: all but its opening brace and its time.
template <class Command>
std::string write_item(request<Command> const& r) {
    std::string out;
    out.reserve(256);
    write_call(out, r.call);
    out += "\"body\":";
    wire<Command>::write(out, r.command);
    out += '}';
    return out;
}

template <class Command>
result<request<Command>> read_item(std::string_view line, steady_time now) {
    json::detail::borrowed_tape tape;
    if (auto parsed = tape->parse(line); !parsed) return parsed.error();
    json::reader in(json::unknown_members::ignore);
    told_call told;
    request<Command> out;
    bool good = json::codec<told_call>::read(in, tape->root(), told);
    if (auto const body = tape->root().find("body")) {
        json::reader::place here(in, "body");
        good = wire<Command>::read(in, *body, out.command) && good;
    } else {
        good = in.refuse_shape("must have a body");
    }
    if (!good || in.refused()) return std::move(in).to_error();
    out.call = to_call(std::move(told), now);
    return out;
}

/// What became of answers, as an `observer` is told.
template <class Answer>
std::vector<std::optional<error_code>> failures_of(std::vector<result<Answer>> const& answers) {
    std::vector<std::optional<error_code>> out;
    out.reserve(answers.size());
    for (auto const& a : answers) out.push_back(a ? std::nullopt : std::optional(a.error().code()));
    return out;
}

/// Appends the line of an answer, without its end.
template <class Answer>
void append_answer(std::string& out, result<Answer> const& r) {
    if (r) {
        out += "{\"value\":";
        wire<Answer>::write(out, *r);
    } else {
        out += "{\"error\":";
        write_error(out, r.error());
    }
    out += '}';
}

/// @par Errors
/// The one that the line tells; `outcome_unknown` when the line cannot be read.
template <class Answer>
result<Answer> read_answer(std::string_view line) {
    error const unreadable(error_code::outcome_unknown, "the service answered what cannot be read");
    json::detail::borrowed_tape tape;
    if (auto parsed = tape->parse(line); !parsed) return unreadable;
    json::reader in(json::unknown_members::ignore);
    if (auto const told = tape->root().find("value")) {
        Answer out{};
        if (wire<Answer>::read(in, *told, out) && !in.refused()) return out;
    } else if (auto const refused = tape->root().find("error")) {
        told_error out;
        if (json::codec<told_error>::read(in, *refused, out) && !in.refused()) return to_error(std::move(out));
    }
    return unreadable;
}

}  // namespace shop::transport
