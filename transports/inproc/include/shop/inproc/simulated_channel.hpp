#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include <shop/async/jitter.hpp>
#include <shop/async/results.hpp>
#include <shop/async/service_context.hpp>
#include <shop/transport/channel.hpp>
#include <shop/transport/endpoint.hpp>

namespace shop::inproc {

/// What a simulated network does to messages, each in so many of 1,000.
struct network_faults {
    std::chrono::milliseconds delay_max{0};  ///< each way takes a random time below this: messages overtake each other
    unsigned requests_lost = 0;              ///< nothing arrives, nothing comes back
    unsigned answers_lost = 0;               ///< it arrives, nothing comes back
    unsigned duplicated = 0;                 ///< it arrives twice
    unsigned refused = 0;                    ///< the other end is known not to be there
    /// How long a lost message is waited for.
    std::chrono::milliseconds given_up_after{1'000};
};

/// A channel to an endpoint in this process through a network with faults, on the clock of its context: with virtual
/// time and seeded ids a run with its faults replays exactly.
/// @par Thread safety
/// As `transport::channel`; the endpoint runs on the same executor.
class simulated_channel final : public transport::channel {
public:
    /// @param context its source of ids draws the faults, so that a seed replays them
    simulated_channel(service_context context, std::shared_ptr<transport::endpoint> to, network_faults faults = {});

    /// See `transport::channel`.
    results<std::string> send(transport::operation_facts operation, std::vector<transport::outgoing> items) override;

    /// From now on.
    void set_faults(network_faults faults) { *faults_ = faults; }
    /// Until it is joined again nothing gets through in either direction.
    void cut() { *is_cut_ = true; }
    void join() { *is_cut_ = false; }  ///< Undoes `cut`.

    std::uint64_t messages() const { return messages_; }  ///< Sent so far.

private:
    service_context context_;
    std::shared_ptr<transport::endpoint> to_;
    jitter random_;
    std::shared_ptr<network_faults> faults_;
    std::shared_ptr<bool> is_cut_;
    std::uint64_t messages_ = 0;
};

}  // namespace shop::inproc
