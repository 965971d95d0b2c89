#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <shop/inventory/store.hpp>
#include <shop/notifications/store.hpp>
#include <shop/orders/store.hpp>
#include <shop/products/store.hpp>

#include "support/made_answer.hpp"
#include "testing/samples.hpp"

namespace shop_test {

/// What the fuzzer gives, as choices; zeros when it is used up.
class choices {
public:
    explicit choices(std::span<std::uint8_t const> from) : from_(from) {}
    bool done() const { return from_.empty(); }
    unsigned below(unsigned bound) { return bound == 0 ? 0 : next() % bound; }
    std::string bytes(std::size_t most) {
        std::string out;
        for (auto left = below(static_cast<unsigned>(most) + 1); left > 0; --left) out += static_cast<char>(next());
        return out;
    }

private:
    std::uint8_t next() {
        if (from_.empty()) return 0;
        auto const one = from_.front();
        from_ = from_.subspan(1);
        return one;
    }
    std::span<std::uint8_t const> from_;
};

/// Damages an answer, choice by choice, and reads it as the store does.
/// @return what became of it: `read`, or the state of the trouble (`misfit`, or none for a value that means nothing)
template <class Record>
std::string read_damaged(choices& from) {
    bool const as_text = from.below(2) == 1;
    std::vector<Record> const records{shop::testing::sample<Record>::make(1), shop::testing::sample<Record>::make(2)};
    auto answer = as_text ? text_answer_with(records) : answer_with(records);
    while (!from.done()) {
        auto const kind = from.below(10);
        auto const column = from.below(static_cast<unsigned>(answer.columns.size()));
        auto const row = from.below(static_cast<unsigned>(answer.rows.size()));
        bool const has_field = row < answer.rows.size() && column < answer.rows[row].size();
        if (kind == 0 && has_field) answer.rows[row][column] = from.bytes(24);
        if (kind == 1 && has_field) answer.rows[row][column].reset();
        if (kind == 2 && has_field && answer.rows[row][column]) answer.rows[row][column]->resize(from.below(40));
        if (kind == 3 && has_field && answer.rows[row][column]) *answer.rows[row][column] += from.bytes(8);
        if (kind == 4 && !answer.columns.empty()) answer.columns[column].type = from.below(256);
        if (kind == 5 && !answer.columns.empty()) answer.columns[column].format = static_cast<int>(from.below(2));
        if (kind == 6 && !answer.columns.empty()) answer.columns[column].name = from.bytes(6);
        if (kind == 7 && !answer.columns.empty()) answer.columns.pop_back();
        if (kind == 8 && answer.columns.size() < 40) answer.columns.push_back({from.bytes(6), from.below(256), 1});
        if (kind == 9 && !answer.rows.empty()) answer.rows.pop_back();
    }
    try {
        (void)(as_text ? read_text_answer<Record>(answer) : read_answer<Record>(answer));
        return "read";
    } catch (shop::postgres::trouble const& t) {
        return t.state();
    }
}

/// The same, of a table that the first byte chooses.
inline std::string read_damaged(std::span<std::uint8_t const> input) {
    choices from(input);
    auto which = from.below(32);
    std::string out = "none";
    auto const one = [&]<class Record>() {
        if (which-- == 0) out = read_damaged<Record>(from);
    };
    shop::products::store_schema::for_each(one);
    shop::inventory::store_schema::for_each(one);
    shop::orders::store_schema::for_each(one);
    shop::notifications::store_schema::for_each(one);
    return out;
}

}  // namespace shop_test
