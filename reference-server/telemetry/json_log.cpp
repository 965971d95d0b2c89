#include "telemetry/json_log.hpp"

#include <algorithm>

#include <spdlog/formatter.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <shop/core/text.hpp>
#include <shop/core/time.hpp>
#include <shop/json/json.hpp>

namespace shop_server {

namespace {

spdlog::level::level_enum to_spdlog(shop::severity level) {
    switch (level) {
        case shop::severity::debug:
            return spdlog::level::debug;
        case shop::severity::info:
            return spdlog::level::info;
        case shop::severity::warning:
            return spdlog::level::warn;
        case shop::severity::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

std::string_view level_word(spdlog::level::level_enum level) {
    switch (level) {
        case spdlog::level::trace:
        case spdlog::level::debug:
            return to_word(shop::severity::debug);
        case spdlog::level::info:
            return to_word(shop::severity::info);
        case spdlog::level::warn:
            return to_word(shop::severity::warning);
        default:
            return to_word(shop::severity::error);
    }
}

/// What `append_string` may be given: valid UTF-8, not too long. Bytes of anything else become question marks.
std::string presentable(std::string_view text) {
    bool const cut = text.size() > log_value_bytes_max;
    auto const plain = [](char c) { return c >= 0x20 && c < 0x7F; };
    if (!cut && std::ranges::all_of(text, plain)) return std::string(text);  // nearly all of them
    std::string out;
    auto const shown = text.substr(0, log_value_bytes_max);
    for (std::size_t i = 0; i < shown.size();) {
        auto const lead = static_cast<unsigned char>(shown[i]);
        std::size_t const length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        auto const piece = shown.substr(i, length);
        if (lead == 0x7F || !shop::is_plain_text(piece, shop::line_breaks::allow)) {
            // Control characters are escaped by the writer, if they are characters at all.
            if (lead != 0 && lead < 0x20)
                out += static_cast<char>(lead);
            else
                out += '?';
            ++i;
            continue;
        }
        out += piece;
        i += piece.size();
    }
    if (cut) out += "...";
    return out;
}

/// The payload is the inside of a JSON object already; this adds the time and the level.
class json_formatter final : public spdlog::formatter {
public:
    void format(spdlog::details::log_msg const& message, spdlog::memory_buf_t& to) override {
        auto const at = std::chrono::time_point_cast<std::chrono::milliseconds>(message.time);
        std::string head = "{\"time\":\"";
        shop::append(head, at);
        head.append("\",\"level\":\"").append(level_word(message.level)).append("\",");
        to.append(head.data(), head.data() + head.size());
        to.append(message.payload.begin(), message.payload.end());
        constexpr std::string_view tail = "}\n";
        to.append(tail.data(), tail.data() + tail.size());
    }
    std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<json_formatter>(); }
};

}  // namespace

json_log::json_log(shop::severity least) : json_log(least, std::make_shared<spdlog::sinks::stderr_sink_mt>()) {}

json_log::json_log(shop::severity least, std::shared_ptr<spdlog::sinks::sink> to)
    : logger_(std::make_unique<spdlog::logger>("shop", std::move(to))) {
    logger_->set_formatter(std::make_unique<json_formatter>());
    logger_->flush_on(spdlog::level::debug);
    set_level(least);
}

json_log::~json_log() = default;

bool json_log::wants(shop::severity level) const {
    return logger_->should_log(to_spdlog(level));
}

void json_log::write(shop::severity level, std::string_view event, std::initializer_list<shop::log_field> fields) {
    if (!wants(level)) return;
    std::string line = "\"event\":";
    shop::json::append_string(line, presentable(event));
    for (auto const& field : fields) {
        line += ',';
        shop::json::append_string(line, presentable(field.name));
        line += ':';
        shop::json::append_string(line, presentable(field.value));
    }
    logger_->log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

void json_log::set_level(shop::severity least) {
    logger_->set_level(to_spdlog(least));
}

void json_log::flush() {
    logger_->flush();
}

}  // namespace shop_server
