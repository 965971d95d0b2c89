#include <shop/http/detail/api_document.hpp>

#include <string_view>

#include "rest/api_model.hpp"

namespace shop::http::detail {

namespace {

using std::string;
using std::string_view;

string link(string_view shape) {
    return "[" + string(shape) + "](#" + string(shape) + ")";
}

string type_text(api_type const& type) {
    using enum api_type::kind;
    switch (type.of) {
        case truth:
            return "true or false";
        case number:
            return "whole number";
        case text:
            return "text";
        case sku:
            return "[sku](#values)";
        case location:
            return "[location](#values)";
        case quantity:
            return "[quantity](#values)";
        case money:
            return "[money](#values)";
        case time:
            return "[time](#values)";
        case id:
            return "[id](#values)";
        case texts:
            return "object of texts";
        case array:
            return "array of " + type_text(type.items.front());
        case shape:
            return link(type.shape);
        case word:
            break;
    }
    string words;
    for (auto const one : type.words) words.append(words.empty() ? "`" : ", `").append(one).append("`");
    return words;
}

string_view presence_text(presence missing) {
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

string_view place_text(api_member::place in) {
    switch (in) {
        case api_member::place::path:
            return "path";
        case api_member::place::query:
            return "query";
        case api_member::place::body:
            return "body";
    }
    return "";
}

string answer_text(api_operation const& of) {
    if (of.success == success::removed) return "204";
    if (of.kind == operation_kind::stream) return "200 and [events](#live-updates), each one " + link(of.answer);
    string const status = of.success == success::created ? "201" : "200";
    if (of.answers_page) return status + " and a page of " + link(of.answer);
    return status + (of.kind == operation_kind::upload ? " and an array of " : " and the ") + link(of.answer);
}

string operation_text(api_operation const& of) {
    string text = "\n### " + string(of.name) + "\n\n" + string(of.note.summary) + ".\n\n`" +
                  string(to_word(of.method)) + " " + string(of.path) + "`";
    if (of.safety == safety::keyed) text += "; needs `Idempotency-Key`";
    if (of.can_create) {
        text += "; needs `If-Match` of what is there, takes `If-None-Match: *`";
    } else if (of.conditional) {
        text += of.changes ? "; needs `If-Match`" : "; takes `If-Match`";
    }
    if (of.resumable) text += "; takes `Last-Event-ID`";
    text += ". Answers " + answer_text(of) + ".";
    if (!of.whole_body.empty()) {
        text += of.kind == operation_kind::upload ? " The body is an array of " : " The body is one ";
        text += link(of.whole_body) + ".";
    }
    text += "\n";
    if (!of.members.empty()) text += "\n| Member | In | Type | | |\n|---|---|---|---|---|\n";
    for (auto const& m : of.members) {
        text += "| `" + string(m.name) + "` | " + string(place_text(m.in)) + " | " + type_text(m.type) + " | " +
                string(presence_text(m.when_missing)) + " | " + m.note.text.words + " |\n";
    }
    return text;
}

void begin_table(string& out, string_view name) {
    out += "\n### " + string(name) + "\n\n| Member | Type | | |\n|---|---|---|---|\n";
}
void line(string& out, string_view member, string const& type, string_view always, string const& note) {
    out += "| `" + string(member) + "` | " + type + " | " + string(always) + " | " + note + " |\n";
}

string problem_text(api_model const& of) {
    string text;
    begin_table(text, "problem");
    for (auto const& one : problem_members()) {
        line(text, one.name, string(one.type), one.is_required ? "required" : "", string(one.note));
    }
    for (auto const& m : of.problem) line(text, m.name, type_text(m.type), "", m.note.text.words);
    return text;
}

string shape_text(api_shape const& of) {
    string text;
    begin_table(text, of.name);
    for (auto const& m : of.members) {
        line(text, m.name, type_text(m.type), presence_text(m.when_missing), m.note.text.words);
    }
    return text;
}

}  // namespace

api_document describe_api() {
    auto model = model_api();
    api_document out;
    for (auto const& one : model.operations) out.operations += operation_text(one);
    for (auto const& one : model.shapes) out.shapes += shape_text(one);
    out.shapes += problem_text(model);
    out.limits = "| What | At most | More is refused with |\n|---|---|---|\n";
    for (auto const& limit : api_limits()) {
        out.limits += "| " + string(limit.what) + " | " + limit.most + " | " + string(limit.beyond) + " |\n";
    }
    out.unexplained = std::move(model.unexplained);
    out.stale = std::move(model.stale);
    return out;
}

}  // namespace shop::http::detail
