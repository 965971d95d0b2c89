#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <shop/async/service_context.hpp>
#include <shop/notifications/channel.hpp>

namespace shop::testing {

/// What the contract of channels is run against. Whatever the functions refer to must live until the tests have run.
struct channel_subject {
    /// A channel that reaches everybody, on the executor and the clocks of this machine.
    std::function<std::shared_ptr<notifications::channel>(service_context)> fresh;
    /// What has arrived so far over channels of `fresh`, by the ids of the messages, in its order; empty: nobody can
    /// tell.
    std::function<std::vector<delivery_id>()> arrived = {};
    /// From now on nobody answers who is reached; empty: there is no such thing.
    std::function<void()> hang = {};
    std::chrono::seconds send_max{30};  ///< within which a `send` must end, also then
};

/// What every channel must do, as GoogleTest tests. To be called before `RUN_ALL_TESTS`; see
/// `register_store_contracts`.
/// @param name begins the names of the tests
void register_channel_contract(std::string const& name, channel_subject const& subject);

}  // namespace shop::testing
