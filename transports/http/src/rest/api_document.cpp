#include <shop/http/detail/api_document.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <type_traits>
#include <utility>

#include <shop/inventory/operations.hpp>
#include <shop/notifications/operations.hpp>
#include <shop/orders/operations.hpp>
#include <shop/products/operations.hpp>

#include "rest/answer.hpp"
#include "rest/api_notes.hpp"

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

/// The name of a shape in the document: every type that has a table there.
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
    else if constexpr (std::is_same_v<T, notifications::delivery>)
        return "delivery";
    else if constexpr (std::is_same_v<T, notifications::delivery_attempt>)
        return "delivery_attempt";
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
    else if constexpr (std::is_same_v<T, shortage>)
        return "shortage";
    else if constexpr (std::is_same_v<T, field_error>)
        return "field_error";
    else
        return "";
}

string link(string_view shape) {
    return "[" + string(shape) + "](#" + string(shape) + ")";
}

template <std::size_t N>
string words(std::array<string_view, N> const& all) {
    string text;
    for (auto const word : all) text.append(text.empty() ? "`" : ", `").append(word).append("`");
    return text;
}

/// Builds the document: shapes are described where they are met first.
class writer {
public:
    writer() {
        for (auto& note : api_notes()) notes_.emplace(note.member, std::move(note.text));
    }

    template <auto const& Table>
    void add_table() {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (add_operation<row_of<Table, I>>(), ...);
        }
        (std::make_index_sequence<std::tuple_size_v<std::remove_cvref_t<decltype(Table)>>>{});
    }

    void add_problem() {
        begin_table(shapes_, "problem");
        for (auto const& [member, type, note] : std::initializer_list<std::array<string_view, 3>>{
                 {"type", "text", "`urn:shop:error:` and the code"},
                 {"title", "text", "the same for every occurrence"},
                 {"status", "whole number", "the status of the answer"},
                 {"detail", "text", "what is wrong here, for people"},
                 {"instance", "text", "the path of the request"},
                 {"code", "text", "a word of [errors.md](errors.md)"},
                 {"retryable", "true or false", "whether the same request may succeed later, unchanged"}}) {
            line(shapes_, member, string(type), member == "instance" ? "" : "required", string(note));
        }
        for_each_field<error_details>([&](auto const& f) {
            if (!is_in_problem(f.name)) return;
            using member = typename std::remove_cvref_t<decltype(f)>::member;
            line(shapes_, f.name, type_of<member>(), "", note("problem", f.name));
        });
        describe_met();
    }

    api_document take() && {
        api_document out;
        out.operations = std::move(operations_);
        out.shapes = std::move(shapes_);
        out.limits = "| What | At most | More is refused with |\n|---|---|---|\n";
        for (auto const& limit : api_limits()) {
            out.limits += "| " + string(limit.what) + " | " + limit.most + " | " + string(limit.beyond) + " |\n";
        }
        out.unexplained = std::move(unexplained_);
        for (auto const& [member, text] : notes_) {
            if (!used_.contains(member)) out.stale.emplace_back(member);
        }
        return out;
    }

private:
    template <class Row>
    void add_operation() {
        using answer = std::remove_cvref_t<decltype(shown(std::declval<typename Row::answer const&>()))>;
        auto const& row = Row::row;
        operations_ +=
            "\n### " + string(row.name) + "\n\n`" + string(to_word(row.method)) + " " + string(row.path) + "`";
        if (row.safety == safety::keyed) operations_ += "; needs `Idempotency-Key`";
        if (Row::can_create) {
            operations_ += "; needs `If-Match` of what is there, takes `If-None-Match: *`";
        } else if (Row::conditional) {
            operations_ += Row::changes ? "; needs `If-Match`" : "; takes `If-Match`";
        }
        if constexpr (Row::resumable) operations_ += "; takes `Last-Event-ID`";
        operations_ += ". Answers ";
        if constexpr (Row::row.kind == operation_kind::stream) {
            using event = typename decltype(answer::items)::value_type;
            operations_ += "200 and [events](#live-updates), each one " + met<event>() + ".";
        } else {
            operations_ += answer_text<answer>(row.kind, row.success) + ".";
        }
        if constexpr (Row::has_whole_body) {
            using body = std::remove_cvref_t<decltype(std::declval<typename Row::command&>().*Row::command::body())>;
            operations_ += row.kind == operation_kind::upload ? " The body is an array of " : " The body is one ";
            operations_ += met<body>() + ".";
        }
        operations_ += "\n";
        if constexpr (described<typename Row::command>) add_members<Row>();
        describe_met();
    }

    template <class Row>
    void add_members() {
        bool begun = false;
        for_each_field<typename Row::command>([&](auto const& f) {
            bool const in_path = Row::in_path.index_of(f.name) != Row::in_path.count;
            if (!in_path && !Row::is_given(f.name)) return;  // `If-Match`
            if (!std::exchange(begun, true)) operations_ += "\n| Member | In | Type | | |\n|---|---|---|---|---|\n";
            using member = typename std::remove_cvref_t<decltype(f)>::member;
            operations_ += "| `" + string(f.name) + "` | " + (in_path ? "path" : Row::reads_query ? "query" : "body");
            operations_ += " | " + type_of<member>() + " | " + string(presence_of(f.when_missing)) + " | ";
            operations_ += note(Row::row.name, f.name) + " |\n";
        });
    }

    template <class Answer>
    string answer_text(operation_kind kind, success success) {
        string const status = success == success::created ? "201" : "200";
        if constexpr (is_page<Answer>) {
            return status + " and a page of " + met<typename decltype(Answer::items)::value_type>();
        } else {
            return status + (kind == operation_kind::upload ? " and an array of " : " and the ") + met<Answer>();
        }
    }

    static string_view presence_of(presence missing) {
        switch (missing) {
            case presence::required:
                return "required";
            case presence::read_only:
                return "read-only";
            case presence::optional:
            case presence::added:
                return "";
        }
        return "";
    }

    template <class T>
    string type_of() {
        if constexpr (shop::detail::is_optional<T>)
            return type_of<typename T::value_type>();
        else if constexpr (json::detail::is_vector<T>)
            return "array of " + type_of<typename T::value_type>();
        else if constexpr (std::is_same_v<T, bool>)
            return "true or false";
        else if constexpr (std::integral<T>)
            return "whole number";
        else if constexpr (std::is_same_v<T, string>)
            return "text";
        else if constexpr (std::is_same_v<T, sku>)
            return "[sku](#values)";
        else if constexpr (std::is_same_v<T, location>)
            return "[location](#values)";
        else if constexpr (std::is_same_v<T, quantity>)
            return "[quantity](#values)";
        else if constexpr (std::is_same_v<T, money>)
            return "[money](#values)";
        else if constexpr (std::is_same_v<T, timestamp>)
            return "[time](#values)";
        else if constexpr (is_id<T>)
            return "[id](#values)";
        else if constexpr (std::is_same_v<T, std::map<string, string>>)
            return "object of texts";
        else if constexpr (requires { T::words; })
            return words(T::words);
        else if constexpr (worded<T>)
            return words(words_of(T{}));
        else
            return met<T>();
    }

    /// A link to a shape, which is described next if it was not met before.
    template <class T>
    string met() {
        constexpr auto name = shape_name<T>();
        static_assert(!name.empty(), "a type of the API without a name: give it one in `shape_name`");
        if (met_.insert(string(name)).second) next_.push_back([](writer& to) { to.add_shape<T>(); });
        return link(name);
    }

    void describe_met() {
        while (!next_.empty()) {
            auto const now = std::exchange(next_, {});
            for (auto const describe : now) describe(*this);
        }
    }

    template <class T>
    void add_shape() {
        constexpr auto name = shape_name<T>();
        begin_table(shapes_, name);
        for_each_field<T>([&](auto const& f) {
            using member = typename std::remove_cvref_t<decltype(f)>::member;
            line(shapes_, f.name, type_of<member>(), presence_of(f.when_missing), note(name, f.name));
        });
    }

    static void begin_table(string& out, string_view name) {
        out += "\n### " + string(name) + "\n\n| Member | Type | | |\n|---|---|---|---|\n";
    }
    static void line(string& out, string_view member, string const& type, string_view always, string const& note) {
        out += "| `" + string(member) + "` | " + type + " | " + string(always) + " | " + note + " |\n";
    }

    string note(string_view owner, string_view member) {
        auto const own = string(owner) + "." + string(member);
        for (auto const& name : {own, inherited(owner, member), "*." + string(member)}) {
            auto const found = notes_.find(name);
            if (found == notes_.end()) continue;
            used_.insert(string(found->first));
            return found->second;
        }
        unexplained_.push_back(own);
        return {};
    }
    /// An edited product is a draft, too, and so is what an import says.
    static string inherited(string_view owner, string_view member) {
        bool const is_draft = owner == "edited_product" || owner == "product_merge";
        return (is_draft ? "product_draft." : "") + string(member);
    }

    std::map<string, string, std::less<>> notes_;
    std::set<string, std::less<>> used_;
    std::set<string> met_;
    std::vector<void (*)(writer&)> next_;
    std::vector<string> unexplained_;
    string operations_;
    string shapes_;
};

}  // namespace

api_document describe_api() {
    writer out;
    out.add_table<products::operations>();
    out.add_table<inventory::operations>();
    out.add_table<orders::operations>();
    out.add_table<notifications::operations>();
    out.add_problem();
    return std::move(out).take();
}

}  // namespace shop::http::detail
