#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

namespace shop {

/// How much an operator is concerned, rising.
enum class severity { debug, info, warning, error };
constexpr std::array<std::string_view, 4> words_of(severity) {
    return {"debug", "info", "warning", "error"};
}

/// One named value of a log line. Never a secret, never contact data.
struct log_field {
    std::string_view name;  ///< the key of a structured log line
    std::string value;      ///< as it is written; not escaped
};

/// Where the services report what an operator should know. Injected; silent unless somebody listens.
/// @par Thread safety
/// Shared objects: safe.
class log_sink {
public:
    virtual ~log_sink() = default;
    /// Whether anybody reads lines of that level; spares the making of those that nobody does.
    virtual bool wants(severity level) const = 0;
    /// `event` is a stable phrase for people and filters: "recovered open operations".
    virtual void write(severity level, std::string_view event, std::initializer_list<log_field> fields) = 0;
};

log_sink& silent_log();  ///< Drops everything.

}  // namespace shop
