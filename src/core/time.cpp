#include <shop/core/time.hpp>

#include <algorithm>
#include <array>

namespace shop {

namespace {

using namespace std::chrono;

// RFC 3339 has four digits for a year.
constexpr timestamp earliest = sys_days{year{0} / January / 1};
constexpr timestamp latest = sys_days{year{9999} / December / 31} + 23h + 59min + 59s + 999ms;

void put_digits(char*& to, unsigned value, int digits) {
    for (int i = digits - 1; i >= 0; --i) {
        to[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    to += digits;
}

/// Takes pieces off the front of a text; the first piece that is not there fails all that follow.
class scanner {
public:
    explicit scanner(std::string_view text) : rest_(text) {}

    unsigned digits(std::size_t count) {
        unsigned value = 0;
        if (rest_.size() < count) good_ = false;
        for (std::size_t i = 0; good_ && i < count; ++i) {
            if (!is_digit(rest_[i])) good_ = false;
            value = value * 10 + static_cast<unsigned>(rest_[i] - '0');
        }
        if (good_) rest_.remove_prefix(count);
        return value;
    }
    bool take(char c) {
        if (!good_ || rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void expect(char c) { good_ = take(c) && good_; }
    /// One to nine digits of a second, cut to milliseconds.
    milliseconds fraction() {
        unsigned value = 0;
        std::size_t count = 0;
        for (; good_ && !rest_.empty() && is_digit(rest_.front()); ++count, rest_.remove_prefix(1)) {
            if (count < 3) value = value * 10 + static_cast<unsigned>(rest_.front() - '0');
        }
        if (count == 0 || count > 9) good_ = false;
        for (; count < 3; ++count) value *= 10;
        return milliseconds(value);
    }
    void refuse() { good_ = false; }
    bool good() const { return good_; }
    bool finished() const { return good_ && rest_.empty(); }

private:
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }

    std::string_view rest_;
    bool good_ = true;
};

minutes read_offset(scanner& in) {
    if (in.take('Z') || in.take('z')) return 0min;
    bool const ahead = in.take('+');
    if (!ahead) in.expect('-');
    auto const hour = in.digits(2);
    in.expect(':');
    auto const minute = in.digits(2);
    if (hour > 23 || minute > 59) in.refuse();
    auto const offset = hours(hour) + minutes(minute);
    return ahead ? offset : -offset;
}

}  // namespace

void append(std::string& out, timestamp at) {
    at = std::clamp(at, earliest, latest);
    auto const day = floor<days>(at);
    year_month_day const date(day);
    hh_mm_ss const time(at - day);
    std::array<char, 24> text;
    char* to = text.data();
    put_digits(to, static_cast<unsigned>(static_cast<int>(date.year())), 4);
    *to++ = '-';
    put_digits(to, static_cast<unsigned>(date.month()), 2);
    *to++ = '-';
    put_digits(to, static_cast<unsigned>(date.day()), 2);
    *to++ = 'T';
    put_digits(to, static_cast<unsigned>(time.hours().count()), 2);
    *to++ = ':';
    put_digits(to, static_cast<unsigned>(time.minutes().count()), 2);
    *to++ = ':';
    put_digits(to, static_cast<unsigned>(time.seconds().count()), 2);
    *to++ = '.';
    put_digits(to, static_cast<unsigned>(time.subseconds().count()), 3);
    *to++ = 'Z';
    out.append(text.data(), text.size());
}

std::string to_string(timestamp at) {
    std::string text;
    append(text, at);
    return text;
}

std::optional<timestamp> parse_timestamp(std::string_view text) {
    scanner in(text);
    auto const y = in.digits(4);
    in.expect('-');
    auto const m = in.digits(2);
    in.expect('-');
    auto const d = in.digits(2);
    if (!in.take('T')) in.expect('t');
    auto const hour = in.digits(2);
    in.expect(':');
    auto const minute = in.digits(2);
    in.expect(':');
    auto const second = in.digits(2);
    auto const fraction = in.take('.') ? in.fraction() : 0ms;
    auto const offset = read_offset(in);
    if (!in.finished()) return std::nullopt;

    year_month_day const date(year(static_cast<int>(y)), month(m), day(d));
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    timestamp const minute_utc = sys_days(date) + hours(hour) + minutes(minute) - offset;
    // A leap second stands at the end of a day, UTC; it counts as the first second of the next.
    if (second == 60 && minute_utc - floor<days>(minute_utc) != 23h + 59min) return std::nullopt;
    timestamp const at = minute_utc + seconds(second) + fraction;
    if (at < earliest || at > latest) return std::nullopt;
    return at;
}

}  // namespace shop
