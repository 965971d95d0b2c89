#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include <shop/async/scheduler.hpp>
#include <shop/notifications/webhook_sender.hpp>

#include "channels/webhook/resolver.hpp"
#include "channels/webhook/target.hpp"

namespace shop_server::webhook {

/// How webhooks are sent.
struct sender_options {
    targets allowed = targets::public_only;
    std::string trust;                            ///< path of a PEM file; empty: whom the system believes
    std::chrono::milliseconds time_max{15'000};   ///< of one try, from its turn to the end of the answer
    std::size_t at_once_max = 512;                ///< tries under way
    std::size_t at_once_per_endpoint_max = 8;     ///< of these, of one endpoint; of one that last hung, one
    std::size_t waiting_per_endpoint_max = 1024;  ///< for their turn; more are `overloaded`
    resolver::lookup lookup = addresses_of;       ///< another one in tests
};

/// Sends by libcurl, on one thread of its own. The addresses behind a name are looked up once, judged, and are those
/// that are connected to; redirects and proxies of the environment are not followed; connections are kept.
class curl_sender final : public shop::notifications::webhook_sender {
public:
    /// @param clock outlives the sender
    /// @par Errors
    /// `unavailable`, `invalid_value` for the file of `trust`.
    static shop::result<std::shared_ptr<curl_sender>> open(sender_options options, shop::scheduler& clock);
    ~curl_sender() override;

    shop::result<void> check_url(std::string_view url) const override;
    shop::result<std::string> draw_secret() override;
    boost::asio::awaitable<std::vector<shop::notifications::webhook_response>> post(
        std::vector<shop::notifications::webhook_request> requests) override;

    /// Ends what is under way, as timed out, and takes no more.
    void close();

private:
    class loop;
    curl_sender(sender_options options, shop::scheduler& clock);

    targets allowed_;
    std::unique_ptr<loop> loop_;
};

}  // namespace shop_server::webhook
