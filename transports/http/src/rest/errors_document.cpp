#include <shop/http/detail/errors_document.hpp>

#include <array>
#include <string_view>

#include <shop/http/problem.hpp>

namespace shop::http::detail {

namespace {

constexpr std::string_view introduction = R"(# Errors

Generated from `error_table` (`src/core/error.cpp`) and `refusal_table` (`transports/http/src/rest/problem.cpp`) by the
unit test `errors_document_is_current`; to change this page, change the tables and run the test with
`SHOP_WRITE_DOCS=1`.

Every failure has a word that never changes its meaning, a kind, and says whether the same request may succeed later,
unchanged. In C++ it is a `shop::error` in a `result<T>`, or a `shop::failure` thrown by `value()`. Over HTTP it is an
`application/problem+json` body (RFC 9457) with the word as `code`, and the kind decides the status:

)";

constexpr std::string_view places = R"(
`errors[]` names each refused place with a JSON pointer (RFC 6901) or the name of a parameter, and what to mend there.

)";

constexpr std::string_view of_http = R"(
What the server refuses by itself, before any service is asked, has words of its own where none of the above fits. In
C++ these do not occur.

)";

void row(std::string& text, std::initializer_list<std::string_view> cells) {
    for (auto const cell : cells) text.append("| ").append(cell).append(" ");
    text += "|\n";
}

std::string code(std::string_view word) {
    return "`" + std::string(word) + "`";
}

std::string_view yes(bool retryable) {
    return retryable ? "yes" : "no";
}

/// The status of a kind, and which of its words have another.
std::string status_text(error_kind kind) {
    std::string text;
    std::string others;
    for (auto const& one : error_table) {
        if (one.kind != kind) continue;
        auto const status = std::to_string(status_of(error(one.code)));
        if (text.empty()) {
            text = status;
        } else if (status != text) {
            others += (others.empty() ? "" : ", ") + code(one.word) + ": " + status;
        }
    }
    return others.empty() ? text : text + " (" + others + ")";
}

}  // namespace

std::string errors_document() {
    std::string text(introduction);
    row(text, {"Kind", "Status"});
    text += "|---|---|\n";
    for (std::size_t i = 0; i < words_of(error_kind{}).size(); ++i) {
        auto const kind = static_cast<error_kind>(i);
        row(text, {code(to_word(kind)), status_text(kind)});
    }
    text += places;
    row(text, {"Code", "Kind", "Retry", "Meaning", "What to do"});
    text += "|---|---|---|---|---|\n";
    for (auto const& one : error_table) {
        row(text, {code(one.word), code(to_word(one.kind)), yes(one.retryable), one.title, one.remedy});
    }
    text += of_http;
    row(text, {"Code", "Status", "Retry", "Meaning", "What to do"});
    text += "|---|---|---|---|---|\n";
    for (auto const& one : refusal_table()) {
        if (!one.is_of_http) continue;
        row(text, {code(one.word), std::to_string(one.status), yes(one.retryable), one.title, one.remedy});
    }
    return text;
}

}  // namespace shop::http::detail
