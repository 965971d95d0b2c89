#include "rest/api_model.hpp"

#include <map>
#include <set>
#include <type_traits>
#include <utility>

#include <shop/core/availability.hpp>
#include <shop/events/event.hpp>
#include <shop/inventory/operations.hpp>
#include <shop/notifications/operations.hpp>
#include <shop/orders/operations.hpp>
#include <shop/products/operations.hpp>

#include "rest/answer.hpp"

namespace shop::http::detail {

namespace {

using std::string;
using std::string_view;

template <class T>
inline constexpr bool is_id = false;
template <class Kind>
inline constexpr bool is_id<id<Kind>> = true;
template <class T>
inline constexpr bool is_page = false;
template <class T>
inline constexpr bool is_page<page<T>> = true;

/// The name of a shape in the documents: every type that has a table there.
template <class T>
constexpr string_view shape_name() {
    if constexpr (std::is_same_v<T, products::product>)
        return "product";
    else if constexpr (std::is_same_v<T, products::product_draft>)
        return "product_draft";
    else if constexpr (std::is_same_v<T, products::edited_product>)
        return "edited_product";
    else if constexpr (std::is_same_v<T, products::product_merge>)
        return "product_merge";
    else if constexpr (std::is_same_v<T, products::availability>)
        return "availability";
    else if constexpr (std::is_same_v<T, products::imported>)
        return "imported";
    else if constexpr (std::is_same_v<T, inventory::stock_level>)
        return "stock_level";
    else if constexpr (std::is_same_v<T, inventory::location_level>)
        return "location_level";
    else if constexpr (std::is_same_v<T, inventory::movement>)
        return "movement";
    else if constexpr (std::is_same_v<T, orders::order>)
        return "order";
    else if constexpr (std::is_same_v<T, orders::customer>)
        return "customer";
    else if constexpr (std::is_same_v<T, orders::wanted_line>)
        return "wanted_line";
    else if constexpr (std::is_same_v<T, orders::line>)
        return "line";
    else if constexpr (std::is_same_v<T, orders::shipment>)
        return "shipment";
    else if constexpr (std::is_same_v<T, orders::shipped_line>)
        return "shipped_line";
    else if constexpr (std::is_same_v<T, orders::history_item>)
        return "history_item";
    else if constexpr (std::is_same_v<T, orders::order_event>)
        return "order_event";
    else if constexpr (std::is_same_v<T, inventory::sku_availability>)
        return "sku_availability";
    else if constexpr (std::is_same_v<T, notifications::redelivered>)
        return "redelivered";
    else if constexpr (std::is_same_v<T, notifications::preferences>)
        return "preferences";
    else if constexpr (std::is_same_v<T, notifications::choices>)
        return "choices";
    else if constexpr (std::is_same_v<T, notifications::muted_messages>)
        return "muted_messages";
    else if constexpr (std::is_same_v<T, notifications::quiet_hours>)
        return "quiet_hours";
    else if constexpr (std::is_same_v<T, notifications::suppression>)
        return "suppression";
    else if constexpr (std::is_same_v<T, notifications::webhook_endpoint>)
        return "webhook_endpoint";
    else if constexpr (std::is_same_v<T, notifications::tested_endpoint>)
        return "tested_endpoint";
    else if constexpr (std::is_same_v<T, notifications::delivery>)
        return "delivery";
    else if constexpr (std::is_same_v<T, notifications::delivery_attempt>)
        return "delivery_attempt";
    else if constexpr (std::is_same_v<T, shortage>)
        return "shortage";
    else if constexpr (std::is_same_v<T, field_error>)
        return "field_error";
    else if constexpr (std::is_same_v<T, events::event_data>)
        return "event_data";
    else
        return "";
}

/// Reads the model: shapes are described where they are met first.
class reader {
public:
    reader() {
        for (auto& note : api_notes()) notes_.emplace(note.member, std::move(note));
        for (auto const& note : service_notes()) services_.insert(note.name);
        for (auto const& note : operation_notes()) operation_notes_.emplace(note.name, note);
    }

    template <auto const& Table>
    void add_table() {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (add_operation<row_of<Table, I>>(), ...);
        }
        (std::make_index_sequence<std::tuple_size_v<std::remove_cvref_t<decltype(Table)>>>{});
    }

    void add_problem() {
        for_each_field<error_details>([&](auto const& f) {
            if (!is_in_problem(f.name)) return;
            using member = typename std::remove_cvref_t<decltype(f)>::member;
            out_.problem.push_back({f.name, type_of<member>(), presence::optional, {}, note("problem", f.name)});
        });
        describe_met();
    }

    void add_told() { out_.told = shape_of<events::event_data>(); }

    api_model take() && {
        for (auto const& [member, text] : notes_) {
            if (!used_.contains(member)) out_.stale.emplace_back(member);
        }
        for (auto const& [name, text] : operation_notes_) out_.stale.emplace_back(name);
        return std::move(out_);
    }

private:
    template <class Row>
    void add_operation() {
        using answer = typename Row::answer;
        using seen = std::remove_cvref_t<decltype(shown(std::declval<answer const&>()))>;
        api_operation to;
        to.name = Row::row.name;
        to.path = Row::row.path;
        to.scope = Row::row.scope;
        to.method = Row::row.method;
        to.kind = Row::row.kind;
        to.safety = Row::row.safety;
        to.success = Row::row.success;
        to.conditional = Row::conditional;
        to.changes = Row::changes && Row::conditional;
        to.can_create = Row::can_create;
        to.needs_body = Row::needs_body;
        to.resumable = Row::resumable;
        to.has_tag = !tag_of(seen{}).empty();
        to.has_location = to.success == success::created && !location_of(seen{}).empty();
        to.can_be_open = requires(answer a) {
            a.pending;
        };
        to.note = note_of(to.name);
        if constexpr (Row::row.success == success::removed) {
            // it answers nothing
        } else if constexpr (is_page<seen> || Row::row.kind == operation_kind::stream) {
            to.answers_page = is_page<seen>;
            to.answer = met<typename decltype(seen::items)::value_type>();
        } else {
            to.answer = met<seen>();
        }
        if constexpr (Row::has_whole_body) {
            to.whole_body =
                met<std::remove_cvref_t<decltype(std::declval<typename Row::command&>().*Row::command::body())>>();
        }
        if constexpr (described<typename Row::command>) add_members<Row>(to.members);
        out_.operations.push_back(std::move(to));
        describe_met();
    }

    template <class Row>
    void add_members(std::vector<api_member>& to) {
        for_each_field<typename Row::command>([&](auto const& f) {
            bool const in_path = Row::in_path.index_of(f.name) != Row::in_path.count;
            if (!in_path && !Row::is_given(f.name)) return;  // `If-Match`
            using member = typename std::remove_cvref_t<decltype(f)>::member;
            auto const in = in_path            ? api_member::place::path
                            : Row::reads_query ? api_member::place::query
                                               : api_member::place::body;
            to.push_back({f.name, type_of<member>(), f.when_missing, in, note(Row::row.name, f.name)});
        });
    }

    template <class T>
    api_type type_of() {
        using kind = api_type::kind;
        api_type to;
        if constexpr (shop::detail::is_optional<T>) {
            to = type_of<typename T::value_type>();
            to.is_nullable = true;
        } else if constexpr (json::detail::is_vector<T>) {
            to.of = kind::array;
            to.items.push_back(type_of<typename T::value_type>());
        } else if constexpr (std::is_same_v<T, bool>) {
            to.of = kind::truth;
        } else if constexpr (std::integral<T>) {
            to.of = kind::number;
            to.is_unsigned = std::unsigned_integral<T>;
        } else if constexpr (std::is_same_v<T, string>) {
            to.of = kind::text;
        } else if constexpr (std::is_same_v<T, sku>) {
            to.of = kind::sku;
        } else if constexpr (std::is_same_v<T, location>) {
            to.of = kind::location;
        } else if constexpr (std::is_same_v<T, quantity>) {
            to.of = kind::quantity;
        } else if constexpr (std::is_same_v<T, money>) {
            to.of = kind::money;
        } else if constexpr (std::is_same_v<T, timestamp>) {
            to.of = kind::time;
        } else if constexpr (is_id<T>) {
            to.of = kind::id;
        } else if constexpr (std::is_same_v<T, std::map<string, string>>) {
            to.of = kind::texts;
        } else if constexpr (requires { T::words; }) {
            to.of = kind::word;
            to.words.assign(T::words.begin(), T::words.end());
        } else if constexpr (worded<T>) {
            to.of = kind::word;
            auto const words = words_of(T{});
            to.words.assign(words.begin(), words.end());
        } else {
            to.of = kind::shape;
            to.shape = met<T>();
        }
        return to;
    }

    /// The name of a shape, which is described next if it was not met before.
    template <class T>
    string_view met() {
        constexpr auto name = shape_name<T>();
        static_assert(!name.empty(), "a type of the API without a name: give it one in `shape_name`");
        if (met_.insert(name).second) next_.push_back([](reader& to) { to.out_.shapes.push_back(to.shape_of<T>()); });
        return name;
    }

    void describe_met() {
        while (!next_.empty()) {
            auto const now = std::exchange(next_, {});
            for (auto const describe : now) describe(*this);
        }
    }

    template <class T>
    api_shape shape_of() {
        api_shape to{shape_name<T>(), {}};
        for_each_field<T>([&](auto const& f) {
            using member = typename std::remove_cvref_t<decltype(f)>::member;
            to.members.push_back({f.name, type_of<member>(), f.when_missing, {}, note(to.name, f.name)});
        });
        return to;
    }

    api_note note(string_view owner, string_view member) {
        auto const own = string(owner) + "." + string(member);
        for (auto const& name : {own, inherited(owner, member), "*." + string(member)}) {
            auto const found = notes_.find(name);
            if (found == notes_.end()) continue;
            used_.insert(found->first);
            return found->second;
        }
        out_.unexplained.push_back(own);
        return {};
    }
    /// An edited product is a draft, too, and so is what an import says.
    static string inherited(string_view owner, string_view member) {
        bool const is_draft = owner == "edited_product" || owner == "product_merge";
        return (is_draft ? "product_draft." : "") + string(member);
    }
    operation_note note_of(string_view operation) {
        if (!services_.contains(operation.substr(0, operation.find('.')))) {
            out_.unexplained.emplace_back(operation.substr(0, operation.find('.')));
        }
        auto const found = operation_notes_.extract(operation);
        if (!found.empty()) return found.mapped();
        out_.unexplained.emplace_back(operation);
        return {};
    }

    api_model out_;
    std::map<string_view, api_note> notes_;
    std::map<string_view, operation_note> operation_notes_;
    std::set<string_view> services_;
    std::set<string_view> used_;
    std::set<string_view> met_;
    std::vector<void (*)(reader&)> next_;
};

}  // namespace

std::vector<told_event> told_events() {
    std::vector<told_event> out;
    auto const add = [&](string_view about, string_view status) {
        out.push_back({events::type_of(about, status), about, status});
    };
    for (auto const status : words_of(orders::status{})) {
        if (status != to_word(orders::status::pending)) add(events::about_order, status);
    }
    for (auto const status : words_of(availability_status{})) add(events::about_stock, status);
    return out;
}

api_model model_api() {
    reader out;
    out.add_table<products::operations>();
    out.add_table<inventory::operations>();
    out.add_table<orders::operations>();
    out.add_table<notifications::operations>();
    out.add_problem();
    out.add_told();
    return std::move(out).take();
}

}  // namespace shop::http::detail
