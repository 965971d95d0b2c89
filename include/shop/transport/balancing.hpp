#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <shop/core/jitter.hpp>
#include <shop/core/service_context.hpp>
#include <shop/transport/channel.hpp>

namespace shop::transport {

struct balancing_options {
    unsigned attempts_max = 3;              ///< of one item, the first included
    double retries_per_item = 0.1;          ///< what each item adds to the budget of retries
    double retries_max = 100;               ///< how far the budget is saved up
    unsigned failures_to_open = 5;          ///< in a row, until an instance is left alone
    std::chrono::milliseconds open_for{1'000};      ///< the first time; doubled each time the next attempt fails too
    std::chrono::milliseconds open_for_max{30'000};
};

/// One of several that do the same.
struct instance {
    std::string name;  ///< its address
    std::shared_ptr<channel> to;
};

/// How an instance fares.
struct instance_state {
    std::string name;
    std::size_t in_flight = 0;
    bool open = false;       ///< its breaker: it is left alone for a while
    bool healthy = true;     ///< what was said last by whoever looks after it
    std::uint64_t ejections = 0;
};

/// Spreads items over the instances of a service, and tries again what did not arrive.
///
/// Of two instances drawn at random the one with less under way is taken. One that failed `failures_to_open` times in a row, or
/// was said twice in a row not to be well, is left alone, its breaker open, until a single message finds it well again; while
/// it is said not to be well, none is sent. With all breakers open items are refused at once.
/// An item whose message failed is tried again, elsewhere if there is an elsewhere, while its deadline and a budget allow it:
/// every operation of the shop is safe, idempotent or keyed. What a service answered, refusals included, is never asked twice
/// here: only the hop nearest a failure retries.
class balancing_channel final : public channel {
public:
    balancing_channel(service_context const& context, std::vector<instance> instances, balancing_options options = {});

    asio::awaitable<std::vector<result<std::string>>> send(operation_facts operation,
                                                           std::vector<outgoing> items) override;

    /// Takes another list of instances; those with a name that is known keep what is known of them.
    void set_instances(std::vector<instance> instances);
    /// Says whether an instance is well. One that is not is only asked when none is, and left alone if the next word is the
    /// same: one that stands still takes messages and never fails them. One that was left alone and is well again is asked
    /// at once.
    void set_healthy(std::string_view name, bool healthy);

    /// Whether an item would be sent now, rather than refused.
    bool is_available() const;
    std::vector<instance_state> instances() const;
    std::uint64_t retries() const { return retries_; }

private:
    struct target {
        explicit target(instance i) : of(std::move(i)) {}
        instance of;
        std::size_t in_flight = 0;
        unsigned failures = 0;  ///< in a row
        steady_time open_until{};
        std::chrono::milliseconds open_for{};
        bool probing = false;  ///< the message that finds out whether an open one is well again
        bool healthy = true;
        std::uint64_t ejections = 0;

        bool is_open() const { return open_for.count() != 0; }
    };

    std::shared_ptr<target> pick(target const* not_this);
    bool may_take(target const& one, steady_time now) const;
    void succeeded(target& one);
    void failed(target& one);
    void open(target& one);
    asio::awaitable<std::vector<result<std::string>>> send_to(std::shared_ptr<target> to, operation_facts operation,
                                                              std::vector<outgoing> items);

    service_context context_;
    balancing_options options_;
    jitter random_;
    std::vector<std::shared_ptr<target>> targets_;
    double budget_;
    std::uint64_t retries_ = 0;
};

}  // namespace shop::transport
