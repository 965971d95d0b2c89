#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <shop/async/deadlines.hpp>
#include <shop/async/jitter.hpp>
#include <shop/async/signal.hpp>

#include "balanced_instance.hpp"
#include "usual_latency.hpp"

namespace shop::transport {

/// What all sends of a balancing channel share.
struct balancing_channel::shared {
    using target = std::shared_ptr<balanced_instance>;

    shared(service_context const& with, balancing_options o)
        : context(with),
          options(o),
          random(*context.ids, context.clock->stamp()),
          timer(context),
          budget(o.retries_max) {}

    /// For items that have not been sent, or not since a failure at `last`; nothing when none may take them.
    target pick(balanced_instance const* last);
    /// For items that are under way at these, or wait there.
    target pick_besides(std::vector<balanced_instance const*> const& these);
    /// Takes so many repeats out of the budget, which may be overdrawn once, so that it does not depend on how many
    /// went together.
    bool may_repeat(std::size_t items);

    service_context context;
    balancing_options options;
    jitter random;
    deadlines timer;
    std::vector<target> targets;
    std::map<std::string_view, usual_latency> usual;  ///< by operation
    double budget;
    std::uint64_t retries = 0;
    std::uint64_t hedges = 0;

private:
    target less_loaded(std::vector<target> const& of);
};

/// Items that were sent together, on their way to one instance or, after a failure or when they are overdue, to another
/// too.
class balanced_send : public std::enable_shared_from_this<balanced_send> {
public:
    using lines = std::vector<result<std::string>>;

    balanced_send(std::shared_ptr<balancing_channel::shared> with, operation_facts operation,
                  std::vector<outgoing> items);

    static asio::awaitable<lines> run(std::shared_ptr<balanced_send> self);
    /// Something happened that may want another attempt.
    void look_again();

private:
    enum class fate { missing, lost, refused, answered };

    /// Items at one instance.
    struct attempt {
        attempt(std::shared_ptr<balanced_instance> at, balanced_send& whose, std::vector<std::size_t> items)
            : to(std::move(at)), of(std::move(items)) {
            stay.emplace(*to, whose, of.size());
        }
        std::shared_ptr<balanced_instance> to;
        std::vector<std::size_t> of;
        std::optional<balanced_instance::stay> stay;
        steady_time began{}, overdue_at{};
        bool is_overdue = false;
    };

    void launch(std::shared_ptr<balanced_instance> to, std::vector<std::size_t> of);
    static asio::awaitable<void> carry(std::shared_ptr<balanced_send> self, std::shared_ptr<attempt> one,
                                       std::vector<outgoing> items);
    void ended(std::shared_ptr<attempt> const& one, lines answers);
    bool record(std::size_t i, result<std::string> answer);

    asio::awaitable<void> news();
    steady_time next_look() const;
    void note_overdue();
    bool is_promising() const;
    std::vector<std::size_t> unanswered() const;
    asio::awaitable<bool> go_on();
    void hedge(std::vector<std::size_t> again);

    std::shared_ptr<balancing_channel::shared> with_;
    operation_facts operation_;
    std::vector<outgoing> items_;
    lines answers_;
    std::vector<fate> fates_;
    std::size_t unanswered_;
    std::vector<std::shared_ptr<attempt>> under_way_;
    unsigned attempts_ = 0;
    balanced_instance const* last_ = nullptr;
    std::shared_ptr<signal> sleeping_;
    bool has_news_ = false;
};

}  // namespace shop::transport
