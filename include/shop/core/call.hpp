#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <shop/core/time.hpp>

namespace shop {

/// Who calls, and what they may do.
struct principal {
    std::string account;                ///< scopes idempotency keys; stands in the history as the actor
    std::vector<std::string> scopes;    ///< e.g. `orders:write`, `orders:any`; `*` is all
    std::string customer_id;            ///< set for a customer, who sees and places only their own

    bool may(std::string_view scope) const;
    /// Whether things of that customer are this principal's to see.
    bool may_act_for(std::string_view customer) const;
};

/// The principal of a shop without configured keys: `local`, with all scopes.
std::shared_ptr<principal const> const& local_principal();

/// The circumstances of one request: it travels with each item of a batch, a batch has none of its own.
struct call {
    call() = default;
    explicit call(std::shared_ptr<principal const> who) : by(std::move(who)) {}

    std::shared_ptr<principal const> by = local_principal();
    std::string idempotency_key;
    steady_time deadline = steady_time::max();
    std::string trace;                  ///< W3C traceparent, empty without one
    std::string request_id;             ///< names the request in the logs of all that take part, empty without one

    /// The circumstances of what a service asks others for this call: by itself, under the same names in traces and logs.
    call passed_on() const;
};

/// A command with its circumstances.
template <class Command>
struct request {
    using command_type = Command;
    request() = default;
    explicit request(Command c) : command(std::move(c)) {}
    request(shop::call with, Command c) : call(std::move(with)), command(std::move(c)) {}

    shop::call call;
    Command command;
};

}  // namespace shop
