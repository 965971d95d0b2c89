#include <shop/orders/rules.hpp>

namespace shop::orders::rules {

namespace {

/// `invalid_transition`, with what can be done instead.
error refuse(status from, status to, std::string detail) {
    error_details details;
    details.from = to_word(from);
    details.to = to_word(to);
    for (auto next : steps_from(from)) details.allowed.emplace_back(to_word(next));
    details.detail = std::move(detail);
    return {error_code::invalid_transition, std::move(details)};
}

bool says_something_else(std::optional<std::string> const& said, std::optional<std::string> const& before) {
    return said && !said->empty() && said != before;
}

}  // namespace

std::vector<status> steps_from(status from) {
    std::vector<status> to;
    for (auto const& s : machine) {
        if (s.from == from && s.is_offered) to.push_back(s.to);
    }
    return to;
}

error refuse_step(status from, status to) {
    return refuse(from, to,
                  "an order that is " + std::string(to_word(from)) + " cannot become " + std::string(to_word(to)));
}

result<void> check_repeat(status there, step_words said, step_words before) {
    bool const tracking = says_something_else(said.tracking, before.tracking);
    bool const note = says_something_else(said.note, before.note);
    if (!tracking && !note) return {};
    auto const what = tracking && note ? "tracking and note" : tracking ? "tracking" : "note";
    auto refused = refuse(there, there,
                          "the order is " + std::string(to_word(there)) + " already, and its " + what +
                              " cannot be changed: leave out what differs from its history");
    auto details = refused.details();
    std::string const differs = "differs from what was said when the order became " + std::string(to_word(there));
    if (tracking) details.errors.push_back({"/tracking", differs});
    if (note) details.errors.push_back({"/note", differs});
    return error(error_code::invalid_transition, std::move(details));
}

}  // namespace shop::orders::rules
