#include <shop/notifications/templates.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include <kainjow/mustache.hpp>

#include <shop/core/language_tag.hpp>

#include "notifications/localized.hpp"
#include "notifications/template_file.hpp"

namespace shop::notifications {
namespace {

namespace mustache = kainjow::mustache;

constexpr std::size_t template_bytes_max = 64 * 1024;
constexpr std::array<std::string_view, 3> parts{"subject", "txt", "html"};

/// What templates may name, everywhere and within `order.lines`.
constexpr std::array<std::string_view, 12> names{"customer.name", "order.id",     "order.date",      "order.lines",
                                                 "order.total",   "order.reason", "order.tracking",  "note",
                                                 "stock.sku",     "subject",      "stock.available", "endpoint.id"};
constexpr std::array<std::string_view, 5> names_of_line{"name", "sku", "quantity", "unit_price", "total"};

/// The last of what is parted by dots, which is taken off.
std::string_view take_last(std::string_view& name) {
    auto const dot = name.rfind('.');
    auto const last = dot == name.npos ? name : name.substr(dot + 1);
    name = dot == name.npos ? std::string_view{} : name.substr(0, dot);
    return last;
}

error refuse(std::string_view file, std::size_t line, std::string why) {
    std::string detail(file);
    if (line != 0) detail += ", line " + std::to_string(line);
    return error(error_code::invalid_value, detail + ": " + std::move(why));
}

/// A tag of a template: `{{#order.lines}}` is a `#` and a name.
struct tag {
    char kind;
    std::string name;
    std::size_t begin, end;  ///< in the text
    std::size_t line;        ///< 1-based
};

result<std::vector<tag>> tags_of(template_file const& file) {
    std::vector<tag> found;
    auto const text = file.text;
    for (auto at = text.find("{{"); at != text.npos; at = text.find("{{", at)) {
        auto const line =
            static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n')) +
            1;
        auto const end = text.find("}}", at);
        if (end == text.npos) return refuse(file.name, line, "a tag does not end: }} is missing");
        auto inner = text.substr(at + 2, end - at - 2);
        tag one{' ', {}, at, end + 2, line};
        if (!inner.empty() && std::string_view("#^/>!&{=").find(inner.front()) != std::string_view::npos) {
            one.kind = inner.front();
            inner.remove_prefix(1);
        }
        auto const first = inner.find_first_not_of(" \t\r\n");
        auto const last = inner.find_last_not_of(" \t\r\n");
        if (first != inner.npos) one.name = inner.substr(first, last - first + 1);
        at = one.end;
        if (one.kind != '!') found.push_back(std::move(one));
    }
    return found;
}

/// Whether all that a template names is known, where it stands.
result<void> check(template_file const& file, std::vector<tag> const& tags) {
    std::vector<tag const*> open;
    for (auto const& t : tags) {
        auto const spelled = "{{" + (t.kind == ' ' ? std::string() : std::string(1, t.kind)) + t.name + "}}";
        if (t.kind == '>') continue;
        if (t.kind == '=') return refuse(file.name, t.line, "the marks of tags cannot be changed");
        if (t.kind == '{' || t.kind == '&') {
            return refuse(file.name, t.line, spelled + " would not be escaped: write {{" + t.name + "}}");
        }
        if (t.kind == '/') {
            if (open.empty() || open.back()->name != t.name) {
                return refuse(file.name, t.line, spelled + " closes what is not open here");
            }
            open.pop_back();
            continue;
        }
        bool const in_line = std::any_of(open.begin(), open.end(),
                                         [](tag const* o) { return o->kind == '#' && o->name == "order.lines"; });
        bool const known =
            std::find(names.begin(), names.end(), t.name) != names.end() ||
            (in_line && std::find(names_of_line.begin(), names_of_line.end(), t.name) != names_of_line.end());
        if (!known) return refuse(file.name, t.line, spelled + " is not known here");
        if (t.kind != ' ') open.push_back(&t);
    }
    if (!open.empty()) {
        return refuse(file.name, open.back()->line,
                      "{{" + std::string(1, open.back()->kind) + open.back()->name + "}} is not closed");
    }
    return {};
}

std::string spelled_as_is(std::string const& text) {
    return text;
}

/// What is known of an order and an event, under the names of templates.
mustache::data data_of(message const& m, order_summary const* order, std::string const& locale) {
    mustache::data all{mustache::data::type::object};
    auto const add = [](mustache::data& to, char const* name, std::optional<std::string> const& value) {
        if (value && !value->empty()) to.set(name, *value);
    };
    add(all, "note", m.event.data.note);
    if (m.sku) {
        mustache::data stock{mustache::data::type::object};
        stock.set("sku", std::string(m.sku->text()));
        if (m.event.data.available) stock.set("available", std::to_string(*m.event.data.available));
        all.set("stock", stock);
    }
    if (m.event.type.starts_with(events::about_endpoint)) {
        mustache::data endpoint{mustache::data::type::object};
        endpoint.set("id", m.event.subject);
        all.set("endpoint", endpoint);
    }
    if (!m.order_id) return all;
    mustache::data about{mustache::data::type::object};
    about.set("id", to_string(*m.order_id));
    add(about, "tracking", m.event.data.tracking);
    if (order) {
        mustache::data customer{mustache::data::type::object};
        add(customer, "name", order->customer.name);
        all.set("customer", customer);
        if (!m.event.data.tracking) add(about, "tracking", order->tracking);
        add(about, "reason", order->reason);
        about.set("date", format_date(order->placed_at, locale));
        about.set("total", format_money(order->total, locale));
        mustache::data lines{mustache::data::type::list};
        for (auto const& line : order->lines) {
            mustache::data one{mustache::data::type::object};
            one.set("name", line.name);
            one.set("sku", std::string(line.sku.text()));
            one.set("quantity", std::to_string(line.quantity));
            one.set("unit_price", format_money(line.unit_price, locale));
            one.set("total", format_money(line.line_total, locale));
            lines.push_back(one);
        }
        about.set("lines", lines);
    }
    all.set("order", about);
    return all;
}

class mustache_templates final : public templates {
public:
    /// @param files the later of two of one name is taken
    static result<std::shared_ptr<templates const>> from(std::vector<template_file> const& files) {
        auto made = std::make_shared<mustache_templates>();
        std::map<std::string_view, template_file> by_name;
        for (auto const& file : files) by_name[file.name] = file;
        for (auto const& [name, file] : by_name) {
            auto const tags = tags_of(file);
            if (!tags) return tags.error();
            if (auto fine = check(file, *tags); !fine) return fine.error();
            if (name.starts_with('_')) continue;
            if (auto named = check_name(name); !named) return named.error();
            auto whole = with_parts(file, *tags, by_name);
            if (!whole) return whole.error();
            mustache::mustache compiled(*whole);
            if (!compiled.is_valid()) return refuse(name, 0, compiled.error_message());
            if (!name.ends_with(".html")) compiled.set_custom_escape(&spelled_as_is);
            made->all_.emplace(std::string(name), std::move(compiled));
        }
        return std::shared_ptr<templates const>(std::move(made));
    }

    result<content> render(message const& m, order_summary const* order, std::string_view locale) const override {
        auto const chain = locale_chain(locale);
        auto const event = event_of(m.event.type);
        for (auto const& of_locale : chain) {
            auto* const text = find(event, m, of_locale, "txt");
            if (!text) continue;
            // A template of a shorter form speaks to the longer one: amounts are as the customer writes them.
            auto const& in = chain.front().starts_with(of_locale) ? chain.front() : of_locale;
            auto data = data_of(m, order, in);
            content said;
            if (auto* const subject = find(event, m, of_locale, "subject"))
                said.subject = one_line(subject->render(data));
            data.set("subject", said.subject);
            said.text = text->render(data);
            if (auto* const html = find(event, m, of_locale, "html")) said.html = html->render(data);
            return said;
        }
        return error(error_code::undeliverable, "there is no template for " + m.event.type);
    }

private:
    static result<void> check_name(std::string_view name) {
        auto rest = name;
        auto const part = take_last(rest);
        auto const locale = take_last(rest);
        auto const dots = std::count(rest.begin(), rest.end(), '.');
        bool const fits =
            std::find(parts.begin(), parts.end(), part) != parts.end() && is_language_tag(locale) &&
            (dots == 1 || dots == 2) &&
            (rest.starts_with("order.") || rest.starts_with("stock.") || rest.starts_with("webhook_endpoint."));
        if (fits) return {};
        return refuse(name, 0,
                      "a template is named EVENT[.CHANNEL].LOCALE.PART, such as order.shipped.de.txt; PART is subject, "
                      "txt or html");
    }

    /// With the parts that it includes, of its own locale or a shorter one.
    static result<std::string> with_parts(template_file const& file, std::vector<tag> const& tags,
                                          std::map<std::string_view, template_file> const& by_name) {
        auto rest = file.name;
        auto const part = take_last(rest);
        auto const chain = locale_chain(take_last(rest));
        std::string whole;
        std::size_t at = 0;
        for (auto const& t : tags) {
            if (t.kind != '>') continue;
            template_file const* found = nullptr;
            for (auto const& locale : chain) {
                auto const one = by_name.find("_" + t.name + "." + locale + "." + std::string(part));
                if (one == by_name.end()) continue;
                found = &one->second;
                break;
            }
            if (!found) {
                return refuse(
                    file.name, t.line,
                    "{{>" + t.name + "}}: there is no file _" + t.name + "." + chain.front() + "." + std::string(part));
            }
            if (found->text.find("{{>") != std::string_view::npos) {
                return refuse(found->name, 0, "a part includes no others");
            }
            whole.append(file.text.substr(at, t.begin - at)).append(found->text);
            at = t.end;
            if (found->text.ends_with('\n') && at < file.text.size() && file.text[at] == '\n') ++at;
        }
        return whole.append(file.text.substr(at));
    }

    /// `order.shipped` of `shop.order.shipped.v1`.
    static std::string event_of(std::string_view type) {
        constexpr std::string_view ours = "shop.";
        if (type.starts_with(ours)) type.remove_prefix(ours.size());
        return std::string(type.substr(0, type.rfind('.')));
    }

    static std::string one_line(std::string text) {
        while (text.ends_with('\n')) text.pop_back();
        std::replace(text.begin(), text.end(), '\n', ' ');
        return text;
    }

    mustache::mustache* find(std::string const& event, message const& m, std::string const& locale,
                             std::string const& part) const {
        for (auto const& name :
             {event + "." + m.channel + "." + locale + "." + part, event + "." + locale + "." + part}) {
            if (auto const found = all_.find(name); found != all_.end()) return &found->second;
        }
        return nullptr;
    }

    mutable std::map<std::string, mustache::mustache> all_;  // rendering notes its errors inside
};

std::vector<template_file> built_in() {
    auto const all = template_files();
    return {all.begin(), all.end()};
}

}  // namespace

std::shared_ptr<templates const> default_templates() {
    return mustache_templates::from(built_in()).value();
}

result<std::shared_ptr<templates const>> templates_from(std::string const& folder) {
    std::error_code failed;
    std::map<std::string, std::string> read;
    for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
        auto const name = at->path().filename().string();
        if (name.starts_with('.') || !at->is_regular_file(failed)) continue;
        std::ifstream file(at->path(), std::ios::binary);
        std::string text(template_bytes_max + 1, '\0');
        file.read(text.data(), static_cast<std::streamsize>(text.size()));
        if (file.bad()) return refuse(name, 0, "cannot be read");
        text.resize(static_cast<std::size_t>(file.gcount()));
        if (text.size() > template_bytes_max) {
            return refuse(name, 0, "is larger than " + std::to_string(template_bytes_max) + " bytes");
        }
        read.emplace(name, std::move(text));
    }
    if (failed) return error(error_code::invalid_value, "the folder of templates cannot be read");
    auto files = built_in();
    for (auto const& [name, text] : read) files.push_back({name, text});
    return mustache_templates::from(files);
}

}  // namespace shop::notifications
