#include <shop/core/uuid.hpp>

#include <algorithm>
#include <array>
#include <mutex>
#include <random>

namespace shop {

namespace {

constexpr std::uint64_t low_bits(unsigned count) {
    return (std::uint64_t{1} << count) - 1;
}

std::uint64_t milliseconds_of(timestamp at) {
    auto const since_epoch = std::max<std::int64_t>(at.time_since_epoch().count(), 0);
    return static_cast<std::uint64_t>(since_epoch) & low_bits(48);
}

void put_big_endian(std::uint8_t* to, std::uint64_t value) {
    for (int i = 7; i >= 0; --i, value >>= 8) to[i] = static_cast<std::uint8_t>(value);
}

/// RFC 9562, version 7: 48 bits of time, 12 and 62 bits to tell ids of one millisecond apart.
uuid make_version_7(std::uint64_t ms, std::uint64_t high_12, std::uint64_t low_62) {
    uuid made;
    put_big_endian(made.bytes.data(), ms << 16 | std::uint64_t{7} << 12 | high_12);
    put_big_endian(made.bytes.data() + 8, std::uint64_t{2} << 62 | low_62);
    return made;
}

/// Random within a millisecond, then rising by a random step (RFC 9562, 6.2, method 2): ids sort in the order they were
/// drawn and are still hard to guess.
class monotone_ids final : public id_source {
public:
    uuid next(timestamp now) override {
        std::lock_guard const lock(mutex_);
        auto const ms = milliseconds_of(now);
        // Threads that read the clock together draw a little out of order; a clock that was really set back is
        // followed.
        bool const as_last = ms == last_ms_ || (ms < last_ms_ && last_ms_ - ms <= tolerated_ms);
        if (!as_last) {
            start_millisecond(ms);
        } else if (!step()) {
            start_millisecond(last_ms_ + 1);
        }
        return make_version_7(last_ms_, high_12_, low_62_);
    }

private:
    static constexpr std::uint64_t tolerated_ms = 1000;

    void start_millisecond(std::uint64_t ms) {
        last_ms_ = ms;
        high_12_ = random_() & low_bits(11);  // the upper half stays free for the steps
        low_62_ = random_() & low_bits(62);
    }
    bool step() {
        low_62_ += 1 + (random_() & low_bits(40));
        if (low_62_ > low_bits(62)) {
            low_62_ &= low_bits(62);
            ++high_12_;
        }
        return high_12_ <= low_bits(12);
    }
    static std::mt19937_64 seeded() {
        std::random_device device;
        std::array<std::random_device::result_type, 16> noise;
        std::generate(noise.begin(), noise.end(), std::ref(device));
        std::seed_seq seed(noise.begin(), noise.end());
        return std::mt19937_64(seed);
    }

    std::mutex mutex_;
    std::mt19937_64 random_ = seeded();
    std::uint64_t last_ms_ = ~std::uint64_t{0};  // before the first draw: no millisecond at all
    std::uint64_t high_12_ = 0;
    std::uint64_t low_62_ = 0;
};

constexpr std::array<bool, 16> dash_before = {false, false, false, false, true,  false, true,  false,
                                              true,  false, true,  false, false, false, false, false};

}  // namespace

timestamp uuid::born() const {
    std::uint64_t ms = 0;
    for (std::size_t i = 0; i < 6; ++i) ms = ms << 8 | bytes[i];
    return timestamp(std::chrono::milliseconds(ms));
}

uuid uuid::first_of(timestamp at) {
    return make_version_7(milliseconds_of(at), 0, 0);
}

void append(std::string& out, uuid const& value) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<char, 36> text;
    char* to = text.data();
    for (std::size_t i = 0; i < value.bytes.size(); ++i) {
        if (dash_before[i]) *to++ = '-';
        *to++ = digits[value.bytes[i] >> 4];
        *to++ = digits[value.bytes[i] & 0xf];
    }
    out.append(text.data(), text.size());
}

std::string to_string(uuid const& value) {
    std::string text;
    append(text, value);
    return text;
}

std::optional<uuid> parse_uuid(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    auto const digit = [](char c) -> int {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        return -1;
    };
    uuid read;
    char const* from = text.data();
    for (std::size_t i = 0; i < read.bytes.size(); ++i) {
        if (dash_before[i] && *from++ != '-') return std::nullopt;
        int const high = digit(*from++);
        int const low = digit(*from++);
        if (high < 0 || low < 0) return std::nullopt;
        read.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return read;
}

id_source& random_ids() {
    static monotone_ids source;
    return source;
}

}  // namespace shop
