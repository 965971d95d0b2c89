#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include <shop/async/batcher.hpp>
#include <shop/async/interruptible_timer.hpp>
#include <shop/async/jitter.hpp>
#include <shop/notifications/make_service.hpp>
#include <shop/notifications/rules.hpp>

#include "notifications/outgoing.hpp"
#include "notifications/recipient_rates.hpp"

namespace shop::notifications {

/// Sends what is due, lane by lane: a lane is what one recipient is told over one channel.
///
/// The store is the queue. A lane that has its turn reads a page of what is due, sends it, records what became of it,
/// and stands at the end of the line again if there may be more; so many lanes of a channel have their turn at once as
/// the channel says, and others wait in a bounded line. A scan finds the lanes that are in no line: what fell due, what
/// another process took in, what a crash left. Whoever kept a lane waiting in vain rests as long, so that those who do
/// not answer never hold more than half of the turns.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of its context.
class delivery_engine : public std::enable_shared_from_this<delivery_engine> {
public:
    explicit delivery_engine(service_parts const& parts);

    void start();
    void stop();
    /// Something was taken in for these.
    void wake(std::vector<lane> const& lanes);
    bool is_idle() const;

    /// Records what became of deliveries, with what else is to be recorded now.
    asio::awaitable<result<void>> record(std::vector<rules::record_outcome> outcomes);

    struct outlet {
        std::shared_ptr<channel> over;
        std::string name;
        channel_traits traits;
        std::size_t running = 0;
        std::deque<lane> waiting;
    };
    std::deque<outlet>& outlets() { return outlets_; }

    /// Who is told of events over a channel; an exception or a missing answer is a failure like any other.
    static results<std::vector<recipient>> recipients(channel& over, std::vector<events::event> events,
                                                      service_context const& context);
    /// What became of messages handed to a channel; an exception or a missing answer is a failure like any other.
    static results<void> send(channel& over, std::vector<message> messages, service_context const& context);
    rules::record_outcome outcome_of(delivery_record delivery, result<void> const& sent, channel_traits const& of);

private:
    enum class place { waiting, running, resting };
    struct lane_state {
        place at = place::waiting;
        bool woken = false;  ///< while it has its turn
        steady_time rests_until{};
    };
    struct turn {
        bool has_more = false;
        steady_time::duration rest{};
    };

    outlet* outlet_of(std::string const& channel);
    void wake(lane const& one);
    void give_turns(outlet& of);
    static asio::awaitable<void> take_turn(std::shared_ptr<delivery_engine> self, outlet& of, lane one);
    asio::awaitable<turn> deliver(outlet& of, lane const& one);
    void finish(outlet& of, lane const& one, turn const& ended);
    void forget_waiting();
    void wake_rested();
    static asio::awaitable<void> look_for_ever(std::shared_ptr<delivery_engine> self);
    asio::awaitable<result<void>> look();
    void report(std::string_view what, error const& why);

    service_parts parts_;
    service_context context_;
    outgoing outgoing_;
    recipient_rates rates_;
    std::deque<outlet> outlets_;
    std::map<lane, lane_state> lanes_;
    std::optional<lane> looked_up_to_;
    batcher<lane, std::vector<delivery_record>> reads_;
    batcher<rules::record_outcome, noted> records_;
    interruptible_timer between_looks_;
    jitter random_;
    bool running_ = false;
};

}  // namespace shop::notifications
