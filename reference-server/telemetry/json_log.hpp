#pragma once

#include <memory>
#include <string>

#include <shop/core/log.hpp>

namespace spdlog {
class logger;
namespace sinks {
class sink;
}
}  // namespace spdlog

namespace shop_server {

/// Longer values in a log line are cut.
inline constexpr std::size_t log_value_bytes_max = 1'024;

/// Logs as JSON lines: `{"time":"...","level":"info","event":"...",...}`. Whatever a value holds, a line stays one line
/// of JSON.
/// @par Thread safety
/// Shared objects: safe.
class json_log final : public shop::log_sink {
public:
    /// Logs to standard error.
    explicit json_log(shop::severity least);
    json_log(shop::severity least, std::shared_ptr<spdlog::sinks::sink> to);
    ~json_log() override;

    bool wants(shop::severity level) const override;
    void write(shop::severity level, std::string_view event, std::initializer_list<shop::log_field> fields) override;
    void set_level(shop::severity least);
    void flush();

private:
    std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace shop_server
