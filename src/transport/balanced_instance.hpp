#pragma once

#include <memory>
#include <set>
#include <string>

#include <shop/transport/balancing.hpp>
#include <shop/transport/batching.hpp>

namespace shop::transport {

/// Whether the item itself came to harm on its way, rather than what it asks for.
bool is_lost(result<std::string> const& answer);

class balanced_send;  // balanced_send.hpp

/// One of the instances that items are spread over: how it fares, and the line to it.
class balanced_instance : public std::enable_shared_from_this<balanced_instance> {
public:
    balanced_instance(service_context context, balancing_options options, instance of);

    std::string const& name() const { return of_.name; }
    instance_state state() const;

    bool healthy() const { return healthy_; }
    bool is_open() const { return open_for_.count() != 0; }
    bool is_suspect() const { return now() < suspect_until_; }
    bool was_left_alone_since(steady_time then) const { return is_open() && opened_at_ > then; }
    /// Whether an item may be sent there now.
    bool may_take() const { return !is_open() || (healthy_ && open_until_ <= now() && !probing_); }
    /// Items that are under way there, or wait to be.
    std::size_t load() const { return load_; }
    std::size_t waiting() const { return batched_ ? batched_->waiting() : 0; }

    void set_healthy(bool healthy);
    /// An item there is overdue.
    void suspect() { suspect_until_ = now() + options_.suspect_for; }
    /// Lets all that have items there look whether they want another attempt.
    void tell_senders() const;

    /// The way there; what it carries is heeded by the breaker.
    std::shared_ptr<channel> line();

    /// Items of one sender, on their way there for as long as this is; what first goes to one that was left alone
    /// probes it.
    class stay {
    public:
        stay(balanced_instance& at, balanced_send& whose, std::size_t items);
        ~stay();
        stay(stay const&) = delete;
        stay& operator=(stay const&) = delete;

    private:
        balanced_instance& at_;
        balanced_send& whose_;
        std::size_t items_;
        bool probing_;
    };

private:
    class watched;

    steady_time now() const { return context_.clock->now(); }
    void succeeded();
    void failed(steady_time sent);
    void open();

    service_context context_;
    balancing_options options_;
    instance of_;
    std::shared_ptr<channel> line_;
    std::shared_ptr<batching_channel> batched_;
    std::multiset<balanced_send*> senders_;
    std::size_t load_ = 0;
    std::size_t in_flight_ = 0;
    unsigned failures_ = 0;  ///< in a row
    steady_time answered_at_ = steady_time::min();
    steady_time opened_at_ = steady_time::min();
    steady_time open_until_{};
    std::chrono::milliseconds open_for_{};
    bool probing_ = false;  ///< somebody finds out whether an open one is well again
    bool healthy_ = true;
    steady_time suspect_until_ = steady_time::min();
    std::uint64_t ejections_ = 0;
};

}  // namespace shop::transport
