#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <shop/async/batcher.hpp>
#include <shop/async/results.hpp>
#include <shop/async/service_context.hpp>
#include <shop/transport/channel.hpp>

namespace shop::transport {

/// When a channel tries again, hedges and leaves alone.
struct balancing_options {
    unsigned attempts_max = 3;                       ///< of one item, the first included
    double retries_per_item = 0.1;                   ///< what each item adds to the budget of retries and hedges
    double retries_max = 100;                        ///< how far the budget is saved up
    unsigned failures_to_open = 5;                   ///< in a row, until an instance is left alone
    std::chrono::milliseconds open_for{1'000};       ///< the first time; doubled each time the next attempt fails too
    std::chrono::milliseconds open_for_max{30'000};  ///< the longest
    std::chrono::milliseconds overdue_margin{250};   ///< at least so long beyond the usual until an item is overdue
    std::chrono::milliseconds suspect_for{1'000};    ///< how long an instance with an overdue item is passed over
    std::optional<batcher_options> batching;         ///< of the items of one operation on their way to one instance
};

/// One of several that do the same.
struct instance {
    std::string name;             ///< its address
    std::shared_ptr<channel> to;  ///< not null
};

/// How an instance fares.
struct instance_state {
    std::string name;             ///< as in `instance`
    std::size_t in_flight = 0;    ///< messages
    bool open = false;            ///< its breaker: it is left alone for a while
    bool healthy = true;          ///< what was said last by whoever looks after it
    std::uint64_t ejections = 0;  ///< how often its breaker opened
};

/// Spreads items over the instances of a service, and tries again what did not arrive or does not come back.
///
/// Of two instances drawn at random the one with less under way is taken. One that failed `failures_to_open` times in a
/// row, or was said twice in a row not to be well, is left alone, its breaker open, until a single message finds it
/// well again; while it is said not to be well, none is sent. With all breakers open items are refused at once.
///
/// An item whose message failed is tried again, elsewhere if there is an elsewhere, while its deadline and a budget
/// allow it. An item that is overdue is hedged: asked of another instance too, within the same budget, and the first
/// answer counts (the other is dropped). Overdue is what takes longer than the operation usually does, by the estimate
/// of RFC 6298: its mean and four times its mean deviation, or `overdue_margin` if that is more. An instance with an
/// overdue item is passed over for `suspect_for`. What waits for an instance that is left alone, or is under way there,
/// goes to another at once, whatever the budget. All of this repeats only what the operation table lets repeat; each of
/// its operations is safe, idempotent or keyed. What a service answered, refusals included, is never asked twice here:
/// only the hop nearest a failure retries.
///
/// With `batching` items of one operation that are sent while messages are under way gather, for each instance by
/// itself: an instance that hangs holds up nothing but what was sent to it.
/// @par Errors
/// Once an item may have arrived somewhere, the answer is `outcome_unknown` whatever became of the attempts after it.
class balancing_channel final : public channel {
public:
    /// @param instances at first; `set_instances` changes them
    balancing_channel(service_context const& context, std::vector<instance> instances, balancing_options options = {});

    results<std::string> send(operation_facts operation, std::vector<outgoing> items) override;

    /// Takes another list of instances; those with a name that is known keep what is known of them.
    void set_instances(std::vector<instance> instances);
    /// Says whether an instance is well. One that is not is only asked when none is, and left alone if the next word is
    /// the same: one that stands still takes messages and never fails them. One that was left alone and is well again
    /// is asked at once.
    void set_healthy(std::string_view name, bool healthy);

    /// Whether an item would be sent now, rather than refused.
    bool is_available() const;
    /// As they are now.
    std::vector<instance_state> instances() const;
    /// Items sent once more after a failure.
    std::uint64_t retries() const;
    /// Items sent once more because the instance that had them was overdue or left alone.
    std::uint64_t hedges() const;
    /// Items that wait for their message to leave, with `batching`.
    std::size_t waiting() const;

    struct shared;  // balanced_send.hpp

private:
    std::shared_ptr<shared> shared_;
};

}  // namespace shop::transport
