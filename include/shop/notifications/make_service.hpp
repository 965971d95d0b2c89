#pragma once

#include <memory>
#include <vector>

#include <shop/async/service_context.hpp>
#include <shop/notifications/channel.hpp>
#include <shop/notifications/service.hpp>
#include <shop/notifications/store.hpp>

namespace shop::notifications {

/// What the notification service stands on.
struct service_parts {
    std::shared_ptr<notifications::store> store;     ///< not null
    std::vector<std::shared_ptr<channel>> channels;  ///< each event goes to each of them
    service_context context;                         ///< outlives the service
    /// Among the processes that share the store, whose turn it is to try again.
    std::shared_ptr<shop::lease> lease = always_held();
};

/// A service that also tries failed deliveries again.
class running_service : public service {
public:
    virtual void start() = 0;  ///< Begins to try again what failed.
    virtual void stop() = 0;   ///< Nothing is begun from now on.
};

std::shared_ptr<running_service> make_service(service_parts parts);

}  // namespace shop::notifications
