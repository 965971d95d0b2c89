#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include <shop/core/log.hpp>
#include <shop/core/result.hpp>
#include <shop/core/time.hpp>

namespace shop_server {

/// When keys were last used, by their ids: to the hour, which says whether a key is still needed and nothing more of
/// its owner.
using last_uses = std::map<std::string, shop::timestamp, std::less<>>;

inline constexpr std::size_t key_usage_file_bytes_max = 4 * 1024 * 1024;

/// @par Errors
/// Those of `read_guarded_file`, `not_found` as long as no server has noted anything; `invalid_value` for what is no
/// such file.
shop::result<last_uses> read_key_usage(std::string const& path);
/// Takes a key out of the file, so that a new one of that id does not inherit its last use.
/// @par Errors
/// Those of `change_secret_file`.
shop::result<void> forget_key_usage(std::string const& path, std::string_view id);

/// Notes in a file when each API key was last used. Several processes may share the file; each hour is kept at most
/// once for each key, and the file is written at most once in ten seconds, by a thread of its own.
/// @par Thread safety
/// Shared objects: unsafe but for the writing behind.
class key_usage {
public:
    /// @param log is told once if the file cannot be written; outlives this object
    key_usage(std::string path, shop::log_sink& log);
    /// Writes what is not written yet.
    ~key_usage();
    key_usage(key_usage const&) = delete;
    key_usage& operator=(key_usage const&) = delete;

    std::string const& path() const { return path_; }
    void note(std::string_view id, shop::timestamp now);

private:
    void write_until_closed();

    std::string path_;
    shop::log_sink* log_;
    last_uses known_;
    std::mutex mutex_;
    std::condition_variable wanted_;
    last_uses unwritten_;
    bool closing_ = false;
    std::thread writer_;
};

}  // namespace shop_server
