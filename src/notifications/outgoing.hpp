#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <shop/notifications/make_service.hpp>
#include <shop/notifications/rules.hpp>

namespace shop::notifications {

/// A delivery on its way to a channel: the message, or what becomes of it without being sent.
struct prepared {
    delivery_record delivery;
    notifications::message message;
    std::optional<choices> chosen;                 ///< by its recipient
    std::optional<rules::record_outcome> instead;  ///< without its `delivery`
};

/// Makes messages of deliveries: reads contact, contents and preferences, judges whether it is to be sent now, and
/// says it in the words of a template.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of its context.
class outgoing {
public:
    explicit outgoing(service_parts const& parts);

    /// @par Errors
    /// What is read cannot be read now: nothing is sent.
    asio::awaitable<result<std::vector<prepared>>> prepare(std::vector<delivery_record> deliveries,
                                                           channel_traits const& traits);

private:
    asio::awaitable<result<void>> ask_recipients(std::vector<prepared>& all);
    asio::awaitable<result<void>> ask_suppressions(std::vector<prepared>& all,
                                                   std::vector<std::optional<order_summary>> const& facts);
    asio::awaitable<void> add_facts(std::vector<prepared>& all, std::vector<std::optional<order_summary>>& facts);

    std::shared_ptr<store> store_;
    std::shared_ptr<order_facts> orders_;
    std::shared_ptr<templates const> templates_;  // null until somebody needs them
    service_context context_;
    delivery_options options_;
};

}  // namespace shop::notifications
