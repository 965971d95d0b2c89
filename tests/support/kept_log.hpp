#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include <shop/core/log.hpp>

namespace shop_test {

/// Keeps what is logged, a line each: `warning store has no room reason=...`.
class kept_log final : public shop::log_sink {
public:
    bool wants(shop::severity) const override { return true; }
    void write(shop::severity level, std::string_view event, std::initializer_list<shop::log_field> fields) override {
        std::string line = std::string(shop::to_word(level)) + ' ' + std::string(event);
        for (auto const& field : fields) line += ' ' + std::string(field.name) + '=' + field.value;
        std::lock_guard const lock(mutex_);
        lines_.push_back(std::move(line));
    }
    std::vector<std::string> lines() const {
        std::lock_guard const lock(mutex_);
        return lines_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

}  // namespace shop_test
