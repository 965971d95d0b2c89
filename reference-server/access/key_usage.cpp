#include "access/key_usage.hpp"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>
#include <vector>

#include <shop/json/json.hpp>

#include "access/secret_file.hpp"

namespace shop_server {

namespace {

constexpr std::chrono::seconds between_writes(10);

struct used_key {
    std::string id;
    shop::timestamp last_used;

    static constexpr auto fields() {
        return std::tuple{shop::required("id", &used_key::id), shop::required("last_used", &used_key::last_used)};
    }
};

struct usage_file {
    std::vector<used_key> keys;

    static constexpr auto fields() { return std::tuple{shop::required("keys", &usage_file::keys)}; }
};

shop::result<last_uses> parse(std::string const& text) {
    last_uses out;
    if (text.empty()) return out;
    auto file = shop::json::decode<usage_file>(text);
    if (!file) return shop::error(shop::error_code::invalid_value, "this is no file of the last uses of keys");
    for (auto& one : file->keys) out.insert_or_assign(std::move(one.id), one.last_used);
    return out;
}

std::string text_of(last_uses const& uses) {
    std::string out = "{\"keys\": [";
    for (auto const& [id, at] : uses) {
        out += out.back() == '[' ? "\n  " : ",\n  ";
        shop::json::append(out, used_key{id, at});
    }
    return out += "\n]}\n";
}

/// Changes what is in the file, which other processes may have changed meanwhile.
template <class Change>
shop::result<void> change_uses(std::string const& path, Change change) {
    return change_secret_file(path, key_usage_file_bytes_max, [&](std::string const& old) -> shop::result<std::string> {
        auto uses = parse(old);
        if (!uses) return uses.error();
        change(*uses);
        return text_of(*uses);
    });
}

}  // namespace

shop::result<last_uses> read_key_usage(std::string const& path) {
    auto const text = read_guarded_file(path, key_usage_file_bytes_max);
    if (!text) return text.error();
    return parse(*text);
}

shop::result<void> forget_key_usage(std::string const& path, std::string_view id) {
    auto const known = read_key_usage(path);
    if (known ? !known->contains(id) : known.error().code() == shop::error_code::not_found) return {};
    return change_uses(path, [&](last_uses& uses) { uses.erase(std::string(id)); });
}

key_usage::key_usage(std::string path, shop::log_sink& log)
    : path_(std::move(path)), log_(&log), writer_([this] { write_until_closed(); }) {}

key_usage::~key_usage() {
    {
        std::lock_guard const lock(mutex_);
        closing_ = true;
    }
    wanted_.notify_all();
    writer_.join();
}

void key_usage::note(std::string_view id, shop::timestamp now) {
    shop::timestamp const hour = std::chrono::floor<std::chrono::hours>(now);
    auto const known = known_.find(id);
    if (known != known_.end() && known->second >= hour) return;
    known_.insert_or_assign(std::string(id), hour);
    {
        std::lock_guard const lock(mutex_);
        unwritten_.insert_or_assign(std::string(id), hour);
    }
    wanted_.notify_all();
}

void key_usage::write_until_closed() {
    bool failed_before = false;
    std::unique_lock lock(mutex_);
    for (;;) {
        wanted_.wait(lock, [&] { return closing_ || !unwritten_.empty(); });
        if (unwritten_.empty()) return;
        auto const now = std::exchange(unwritten_, {});
        lock.unlock();
        auto const written = change_uses(path_, [&](last_uses& uses) {
            for (auto const& [id, hour] : now) {
                auto& last = uses[id];
                last = std::max(last, hour);
            }
        });
        if (!written && !std::exchange(failed_before, true)) {
            log_->write(shop::severity::warning, "the last use of keys cannot be noted",
                        {{"reason", std::string(written.error().message())}});
        }
        lock.lock();
        wanted_.wait_for(lock, between_writes, [&] { return closing_; });
    }
}

}  // namespace shop_server
