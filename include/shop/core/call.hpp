#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <shop/core/time.hpp>

namespace shop {

/// Who calls, and what they may do.
struct principal {
    std::string account;              ///< scopes idempotency keys; stands in the history as the actor
    std::vector<std::string> scopes;  ///< e.g. `orders:write`, `orders:any`; `*` is all
    std::string customer_id;          ///< set for a customer, who sees and places only their own

    bool may(std::string_view scope) const;  ///< Whether one of `scopes` covers it; `*` covers all.
    /// Whether things of that customer are this principal's to see.
    bool may_act_for(std::string_view customer) const;
};

/// The principal of a shop without configured keys: `local`, with all scopes.
std::shared_ptr<principal const> const& local_principal();

/// The circumstances of one request: it travels with each item of a batch, a batch has none of its own.
struct call {
    call() = default;
    /// No key, deadline, trace or request id.
    explicit call(std::shared_ptr<principal const> who) : by(std::move(who)) {}

    std::shared_ptr<principal const> by = local_principal();  ///< who calls; never null
    std::string idempotency_key;  ///< 1 to 255 printable ASCII characters; empty without one
    /// By when an answer is wanted; `steady_time::max()` is none.
    steady_time deadline = steady_time::max();
    std::string trace;       ///< W3C traceparent, empty without one
    std::string request_id;  ///< names the request in the logs of all that take part, empty without one

    /// The circumstances of what a service asks others for this call: by itself, under the same names in traces and
    /// logs.
    call passed_on() const;
};

/// A command with its circumstances.
template <class Command>
struct request {
    /// For those that are given the whole as a template parameter.
    using command_type = Command;
    request() = default;
    explicit request(Command c) : command(std::move(c)) {}  ///< with the circumstances of a default `call`
    /// With circumstances of its own.
    request(shop::call with, Command c) : call(std::move(with)), command(std::move(c)) {}

    shop::call call;  ///< moved along with the command; see `shop::call`
    Command command;  ///< what is asked for
};

/// What a port function is asked: a batch, each item with circumstances of its own.
template <class Command>
using requests = std::vector<request<Command>>;

}  // namespace shop
