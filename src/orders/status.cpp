#include <algorithm>

#include <shop/orders/rules.hpp>

namespace shop::orders::rules {

bool legal(status from, status to) {
    return std::any_of(machine.begin(), machine.end(), [&](step const& s) { return s.from == from && s.to == to; });
}

std::vector<status> steps_from(status from) {
    std::vector<status> to;
    for (auto const& s : machine) {
        if (s.from == from) to.push_back(s.to);
    }
    return to;
}

error refuse_step(status from, status to) {
    error_details details;
    details.from = to_word(from);
    details.to = to_word(to);
    for (auto next : steps_from(from)) details.allowed.emplace_back(to_word(next));
    details.detail = "an order that is " + *details.from + " cannot become " + *details.to;
    return {error_code::invalid_transition, std::move(details)};
}

}  // namespace shop::orders::rules
