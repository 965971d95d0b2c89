#pragma once

#include <functional>
#include <memory>
#include <variant>
#include <vector>

#include <shop/async/deadlines.hpp>
#include <shop/notifications/channel.hpp>
#include <shop/notifications/service.hpp>
#include <shop/notifications/store.hpp>
#include <shop/notifications/webhook_options.hpp>
#include <shop/notifications/webhook_rules.hpp>

#include "records/command_batch.hpp"
#include "records/queues.hpp"

namespace shop::notifications {

using endpoint_command = std::variant<rules::register_endpoint, change_endpoint, remove_endpoint, rules::replace_secret,
                                      rules::note_outcome>;

/// Commands about endpoints, of all kinds and callers, as one decision.
class endpoint_batch final : public detail::command_batch<store_schema, endpoint_command, webhook_endpoint> {
public:
    using command_batch::command_batch;

protected:
    void want(keys& all, endpoint_command const& command) const override;
    result<webhook_endpoint> apply(rows& all, endpoint_command const& command, attempt const& now) const override;
    bool stands(rows const& all, webhook_endpoint const& answer) const override;
};

/// The endpoints of a shop: what operators do with them, and what the channel `webhook` asks of them.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of its context.
class webhook_endpoints : public std::enable_shared_from_this<webhook_endpoints> {
public:
    /// Takes in an event for the shop, or fails.
    using tell = std::function<asio::awaitable<result<void>>(events::event)>;

    webhook_endpoints(std::shared_ptr<store> in, service_context context, webhook_options options);
    ~webhook_endpoints() { deadlines_.stop(); }

    // As the functions of `service`.
    results<webhook_endpoint> create(requests<create_endpoint> requests);
    results<webhook_endpoint> get(requests<get_endpoint> requests);
    results<page<webhook_endpoint>> list(requests<list_endpoints> requests);
    results<webhook_endpoint> change(requests<change_endpoint> requests);
    results<noted> remove(requests<remove_endpoint> requests);
    results<webhook_endpoint> rotate(requests<rotate_secret> requests);
    results<tested_endpoint> test(requests<test_endpoint> requests);

    using records = std::vector<endpoint_record>;
    /// All of them, by id; what another process changed within the last second may be missing.
    asio::awaitable<result<std::shared_ptr<records const>>> all();
    /// Notes what became of a message; an endpoint that has failed for too long is disabled, and the shop is told
    /// first.
    asio::awaitable<void> note(endpoint_record const& endpoint, std::optional<webhook_failure> failure);
    /// @param say how the shop is told of an endpoint that is disabled
    void tell_by(tell say) { tell_ = std::move(say); }

    webhook_sender& sender() const { return *options_.sender; }
    service_context const& context() const { return context_; }

private:
    template <class Command, class Make>
    results<webhook_endpoint> decide_all(requests<Command> asked, Make make);
    result<void> may_use(call const& by) const;
    asio::awaitable<result<page<webhook_endpoint>>> list_one(request<list_endpoints> const& asked);
    asio::awaitable<result<tested_endpoint>> test_one(request<test_endpoint> const& asked);
    void forget() {
        known_ = nullptr;
        ++changes_;
    }

    std::shared_ptr<store> store_;
    service_context context_;
    webhook_options options_;
    deadlines deadlines_;
    detail::command_queue<endpoint_batch> commands_;
    detail::read_queue<store_schema, get_endpoint, webhook_endpoint> reads_;
    tell tell_;
    std::shared_ptr<records const> known_;
    steady_time known_at_;
    std::uint64_t changes_ = 0;
};

/// The channel `webhook`: each enabled endpoint is a recipient of the events that its filter takes.
std::shared_ptr<channel> webhook_channel(std::shared_ptr<webhook_endpoints> endpoints);

}  // namespace shop::notifications
