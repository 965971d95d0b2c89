#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace shop_test {

/// Numbers that look random and are the same each time (splitmix64).
class steps {
public:
    explicit steps(std::uint64_t seed) : state_(seed) {}
    std::size_t below(std::size_t end) {
        auto z = state_ += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return static_cast<std::size_t>((z ^ (z >> 31)) % end);
    }

private:
    std::uint64_t state_;
};

/// A text with one to four changes: bytes put in, taken out, repeated, replaced, or its end cut off.
inline std::string mutated(std::string text, steps& random) {
    constexpr std::string_view likely = "{}[]\",:.=_-\\u0019aAzZ \r\n";
    for (auto times = 1 + random.below(4); times > 0; --times) {
        auto const at = random.below(text.size() + 1);
        auto const byte = random.below(2) ? likely[random.below(likely.size())] : static_cast<char>(random.below(256));
        switch (random.below(6)) {
            case 0:
                text.insert(at, 1, byte);
                break;
            case 1:
                text.resize(at);
                break;
            case 2:
                text.erase(at, random.below(8));
                break;
            case 3:
                text.insert(at, text.substr(random.below(text.size() + 1), random.below(64)));
                break;
            default:
                if (at < text.size()) text[at] = byte;
        }
    }
    return text;
}

}  // namespace shop_test
