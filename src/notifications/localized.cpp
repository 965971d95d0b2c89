#include "notifications/localized.hpp"

#include <memory>

#include <unicode/calendar.h>
#include <unicode/currunit.h>
#include <unicode/datefmt.h>
#include <unicode/gregocal.h>
#include <unicode/numberformatter.h>
#include <unicode/timezone.h>

namespace shop::notifications {
namespace {

/// Without an error of ICU's own: a locale that it does not know is formatted as its root says.
icu::Locale locale_of(std::string const& tag) {
    UErrorCode failed = U_ZERO_ERROR;
    auto found = icu::Locale::forLanguageTag(tag, failed);
    return U_FAILURE(failed) ? icu::Locale::getRoot() : found;
}

std::string utf8_of(icu::UnicodeString const& text) {
    std::string out;
    text.toUTF8String(out);
    return out;
}

/// `-12.05`
std::string decimal_of(std::int64_t minor_units, int exponent) {
    bool const negative = minor_units < 0;
    auto digits = std::to_string(negative ? -minor_units : minor_units);
    auto const places = static_cast<std::size_t>(exponent);
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    if (places > 0) digits.insert(digits.size() - places, ".");
    return negative ? "-" + digits : digits;
}

std::unique_ptr<icu::TimeZone> zone_of(std::string const& name) {
    return std::unique_ptr<icu::TimeZone>(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
}

std::unique_ptr<icu::GregorianCalendar> calendar_at(timestamp when, std::string const& zone) {
    UErrorCode failed = U_ZERO_ERROR;
    auto made = std::make_unique<icu::GregorianCalendar>(zone_of(zone).release(), icu::Locale::getRoot(), failed);
    made->setTime(static_cast<UDate>(when.time_since_epoch().count()), failed);
    return made;
}

}  // namespace

std::string format_money(money amount, std::string const& locale) {
    auto const* facts = find_currency(amount.currency());
    int const exponent = facts ? facts->exponent : 2;
    auto const decimal = decimal_of(amount.amount(), exponent);
    UErrorCode failed = U_ZERO_ERROR;
    icu::UnicodeString code = icu::UnicodeString::fromUTF8(std::string(amount.currency().text()));
    icu::CurrencyUnit const unit(code.getTerminatedBuffer(), failed);
    auto const text = icu::number::NumberFormatter::withLocale(locale_of(locale))
                          .unit(unit)
                          .precision(icu::number::Precision::fixedFraction(exponent))
                          .formatDecimal(decimal, failed)
                          .toString(failed);
    if (U_FAILURE(failed)) return std::string(amount.currency().text()) + ' ' + decimal;
    return utf8_of(text);
}

std::string format_date(timestamp when, std::string const& locale) {
    std::unique_ptr<icu::DateFormat> format(
        icu::DateFormat::createDateInstance(icu::DateFormat::kLong, locale_of(locale)));
    if (!format) return to_string(when).substr(0, 10);
    format->setTimeZone(*icu::TimeZone::getGMT());
    icu::UnicodeString text;
    format->format(static_cast<UDate>(when.time_since_epoch().count()), text);
    return utf8_of(text);
}

std::vector<std::string> locale_chain(std::string_view locale) {
    std::vector<std::string> chain;
    while (!locale.empty()) {
        chain.emplace_back(locale);
        auto const dash = locale.rfind('-');
        locale = dash == locale.npos ? std::string_view{} : locale.substr(0, dash);
    }
    if (chain.empty() || chain.back() != "en") chain.emplace_back("en");
    return chain;
}

bool is_time_zone(std::string const& name) {
    return !name.empty() && *zone_of(name) != icu::TimeZone::getUnknown();
}

std::chrono::minutes time_of_day(timestamp when, std::string const& zone) {
    auto const calendar = calendar_at(when, zone);
    UErrorCode failed = U_ZERO_ERROR;
    return std::chrono::hours(calendar->get(UCAL_HOUR_OF_DAY, failed)) +
           std::chrono::minutes(calendar->get(UCAL_MINUTE, failed));
}

timestamp next_time_of_day(timestamp when, std::chrono::minutes late, std::string const& zone) {
    auto const calendar = calendar_at(when, zone);
    UErrorCode failed = U_ZERO_ERROR;
    if (time_of_day(when, zone) >= late) calendar->add(UCAL_DATE, 1, failed);
    calendar->set(UCAL_HOUR_OF_DAY, static_cast<std::int32_t>(late.count() / 60));
    calendar->set(UCAL_MINUTE, static_cast<std::int32_t>(late.count() % 60));
    calendar->set(UCAL_SECOND, 0);
    calendar->set(UCAL_MILLISECOND, 0);
    return timestamp(std::chrono::milliseconds(static_cast<std::int64_t>(calendar->getTime(failed))));
}

}  // namespace shop::notifications
