#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <shop/async/deadlines.hpp>
#include <shop/async/service_context.hpp>
#include <shop/async/signal.hpp>
#include <shop/core/result.hpp>

#include "access/digest.hpp"
#include "access/jwks.hpp"

namespace shop_server {

namespace asio = boost::asio;

inline constexpr std::chrono::minutes jwks_fetch_interval{10};
inline constexpr std::chrono::minutes jwks_fetch_pause_min{1};  // whatever asks for it
inline constexpr std::chrono::seconds jwks_fetch_max{5};
inline constexpr std::chrono::hours jwks_stale_max{24};

static_assert(jwks_fetch_max < jwks_fetch_pause_min, "a fetch is over before the next one begins");

/// Where the keys of an issuer come from.
/// @par Thread safety
/// Shared objects: unsafe; to be used from one executor that runs one thing at a time.
class jwks_source {
public:
    virtual ~jwks_source() = default;
    /// The keys, the same object as long as they are the same; none if they are not known, or not known to be current.
    virtual std::shared_ptr<jwks const> current() const = 0;
    /// Whether `learn_more` would do more than return at once.
    virtual bool may_learn_more() const = 0;
    /// Returns when `current` is as new as it can be made now.
    virtual asio::awaitable<void> learn_more() = 0;
};

/// The keys of a file, read again on request. Others must not be able to write it; one with secrets not to read it
/// either.
class jwks_file final : public jwks_source {
public:
    /// @par Errors
    /// Those of `read_guarded_file` and `jwks::parse`.
    static shop::result<std::shared_ptr<jwks_file>> open(std::string path);

    /// Reads the file again. What was read before stays if that fails.
    /// @par Errors
    /// As `open`.
    shop::result<void> reload();

    std::shared_ptr<jwks const> current() const override { return keys_; }
    bool may_learn_more() const override { return false; }
    asio::awaitable<void> learn_more() override { co_return; }

private:
    explicit jwks_file(std::string path) : path_(std::move(path)) {}

    std::string path_;
    std::string text_;
    std::shared_ptr<jwks const> keys_;
};

/// Fetches a text. It should end when it is cancelled; what it throws is taken for a failure.
using jwks_fetcher = std::function<asio::awaitable<shop::result<std::string>>(std::string url)>;

/// The keys an issuer publishes: fetched at once, then every `jwks_fetch_interval`, and earlier when a token names a
/// key that is not known; but no more often than every `jwks_fetch_pause_min`, and one fetch at a time.
///
/// While the issuer does not answer, or not with a set of keys, the last set counts for `jwks_stale_max`.
class jwks_url final : public jwks_source, public std::enable_shared_from_this<jwks_url> {
public:
    /// @param fetch must not be empty.
    jwks_url(shop::service_context context, std::string url, jwks_fetcher fetch);

    /// Begins to fetch. To be called once, before anything else.
    void start();
    /// Fetches no more; who waits for a fetch goes on.
    void stop();

    std::shared_ptr<jwks const> current() const override;
    bool may_learn_more() const override;
    asio::awaitable<void> learn_more() override;

private:
    /// A fetch under way.
    struct flight {
        asio::cancellation_signal cancel;
        shop::signal over;
    };

    std::shared_ptr<flight> take_off();
    static asio::awaitable<void> fly(std::shared_ptr<jwks_url> self, std::shared_ptr<flight> own);
    /// Takes what a fetch brought. One that was given up comes too late.
    void land(std::shared_ptr<flight> const& from, shop::result<std::string> const& fetched);
    shop::result<void> accept(std::string const& text);
    void wake_at(shop::steady_time at, void (*then)(jwks_url&));
    void give_up();

    shop::service_context context_;
    std::string url_;
    jwks_fetcher fetch_;
    shop::deadlines deadlines_;
    std::optional<shop::scoped_deadline> alarm_;
    std::shared_ptr<flight> flight_;  // none while nothing is under way
    std::optional<shop::steady_time> took_off_;
    std::shared_ptr<jwks const> keys_;
    sha256_digest text_{};  // of which the keys are
    shop::steady_time landed_{};
    bool stopped_ = false;
};

}  // namespace shop_server
