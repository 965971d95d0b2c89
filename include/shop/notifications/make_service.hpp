#pragma once

#include <memory>
#include <vector>

#include <shop/async/service_context.hpp>
#include <shop/notifications/channel.hpp>
#include <shop/notifications/delivery_options.hpp>
#include <shop/notifications/order_facts.hpp>
#include <shop/notifications/service.hpp>
#include <shop/notifications/store.hpp>
#include <shop/notifications/templates.hpp>
#include <shop/notifications/webhook_options.hpp>

namespace shop::notifications {

/// What the notification service stands on.
struct service_parts {
    std::shared_ptr<notifications::store> store;     ///< not null
    std::vector<std::shared_ptr<channel>> channels;  ///< each event goes to each of them
    service_context context;                         ///< outlives the service
    /// Among the processes that share the store, who sends.
    std::shared_ptr<shop::lease> lease = always_held();
    std::shared_ptr<order_facts> orders = nullptr;  ///< null: contact data and contents of orders are unknown
    std::shared_ptr<notifications::templates const> templates = nullptr;  ///< null: those of the library
    delivery_options delivery = {};                                       ///< when customers are told
    webhook_options webhooks = {};  ///< with a sender the channel `webhook` is one of the channels
};

/// A service that also sends what is due.
class running_service : public service {
public:
    virtual void start() = 0;  ///< Begins to send what is due.
    virtual void stop() = 0;   ///< Nothing is begun from now on.
    /// Whether nothing is being sent, and nothing waits here for its turn.
    virtual bool is_idle() const = 0;
};

/// @pre no two channels have one name
std::shared_ptr<running_service> make_service(service_parts parts);

}  // namespace shop::notifications
