#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <shop/core/money.hpp>
#include <shop/core/time.hpp>

/// What differs by language and place; the only source here that sees ICU.
namespace shop::notifications {

/// `19,99 €`, `€19.99`: with as many digits as the currency has.
std::string format_money(money amount, std::string const& locale);
/// `1. März 2026`, in UTC.
std::string format_date(timestamp when, std::string const& locale);

/// The locale and its shorter forms, then English: `de-AT`, `de`, `en`.
std::vector<std::string> locale_chain(std::string_view locale);

/// Whether the IANA database has a time zone of this name.
bool is_time_zone(std::string const& name);
/// Minutes since midnight in a time zone; UTC if there is no such zone.
std::chrono::minutes time_of_day(timestamp when, std::string const& zone);
/// When it is so late in a time zone for the next time, after `when`.
timestamp next_time_of_day(timestamp when, std::chrono::minutes late, std::string const& zone);

}  // namespace shop::notifications
