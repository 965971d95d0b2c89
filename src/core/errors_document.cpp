#include "core/errors_document.hpp"

#include <shop/core/error.hpp>

namespace shop {

namespace {

constexpr std::string_view introduction = R"(# Errors

Generated from `error_table` in `src/core/error.cpp` by the unit test `errors_document_is_current`; to change this page,
change the table and run the test with `SHOP_WRITE_DOCS=1`.

Every failure has a word that never changes its meaning, a kind, and says whether the same request may succeed later,
unchanged. In C++ it is a `shop::error` in a `result<T>`, or a `shop::failure` thrown by `value()`. Over HTTP it is an
`application/problem+json` body (RFC 9457) with the word as `code`, and the kind decides the status:

| Kind | Status |
|---|---|
| `malformed` | 400 (`unsupported_media_type`: 415) |
| `invalid` | 422 |
| `unauthenticated` | 401 |
| `forbidden` | 403 |
| `not_found` | 404 |
| `conflict` | 409 |
| `precondition` | 412 |
| `precondition_required` | 428 |
| `exhausted` | 429 |
| `unavailable` | 503 |
| `timeout` | 504 |
| `internal` | 500 |

`errors[]` names each refused place with a JSON pointer (RFC 6901) or the name of a parameter, and what to mend there.

)";

}  // namespace

std::string errors_document() {
    std::string text(introduction);
    text += "| Code | Kind | Retry | Meaning | What to do |\n|---|---|---|---|---|\n";
    for (auto const& row : error_table) {
        text += "| `";
        text += row.word;
        text += "` | `";
        text += to_word(row.kind);
        text += row.retryable ? "` | yes | " : "` | no | ";
        text += row.title;
        text += " | ";
        text += row.mend;
        text += " |\n";
    }
    return text;
}

}  // namespace shop
