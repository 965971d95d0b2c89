#include <shop/testing/fault_store.hpp>

#include <atomic>
#include <stdexcept>

#include <shop/testing/detail/forwarding_store.hpp>

namespace shop::testing {

std::uint64_t fault_plan::commits() const {
    std::lock_guard lock(mutex_);
    return tables_.size();
}

std::vector<std::string_view> fault_plan::tables() const {
    std::lock_guard lock(mutex_);
    return tables_;
}

std::uint64_t fault_plan::struck() const {
    std::lock_guard lock(mutex_);
    return struck_;
}

bool fault_plan::dead() const {
    std::lock_guard lock(mutex_);
    return dead_;
}

fault fault_plan::next(std::string_view table) {
    std::lock_guard lock(mutex_);
    if (dead_) return fault::crash_before;
    tables_.push_back(table);
    auto chosen = choose_ ? choose_(tables_.size()) : fault::none;
    if (chosen != fault::none) ++struck_;
    if (chosen == fault::crash_before || chosen == fault::crash_after) dead_ = true;
    return chosen;
}

namespace {

bool leaves_nothing(fault f) {
    return f == fault::unavailable || f == fault::unknown_unwritten || f == fault::crash_before;
}

/// Counts the commit when it is decided, and gives up in the middle of it when nothing is to be written: a decision
/// that throws leaves nothing behind.
template <class Schema>
class counted_batch final : public detail::forwarding_batch<Schema> {
    using base = detail::forwarding_batch<Schema>;

public:
    counted_batch(std::shared_ptr<decision_batch<Schema>> inner, std::shared_ptr<fault_plan> plan)
        : base(std::move(inner)), plan_(std::move(plan)) {}

    typename base::decided decide(loaded_rows<Schema> const& rows, attempt const& now) override {
        auto out = base::decide(rows, now);
        if (out && !out->empty() && !counted_.exchange(true)) fate_ = plan_->next(first_table(*out));
        if (leaves_nothing(fate_)) throw std::runtime_error("a planned fault");
        return out;
    }
    fault fate() const { return fate_; }

private:
    static std::string_view first_table(changes<Schema> const& of) {
        std::string_view found;
        Schema::for_each([&]<class Record>() {
            bool const touched = !of.template puts<Record>().empty() || !of.template erases<Record>().empty();
            if (touched && found.empty()) found = Record::table;
        });
        return found;
    }

    std::shared_ptr<fault_plan> plan_;
    std::atomic<bool> counted_ = false;
    std::atomic<fault> fate_ = fault::none;
};

struct faulty : detail::passing_on {
    explicit faulty(std::shared_ptr<fault_plan> p) : plan(std::move(p)) {}

    template <class Schema>
    asio::awaitable<result<void>> transact(std::shared_ptr<record_store<Schema>> inner,
                                           std::shared_ptr<decision_batch<Schema>> batch) {
        return transact_with(plan, std::move(inner), std::move(batch));
    }
    template <class Port, class Call>
    auto read(std::shared_ptr<Port> inner, Call call) {
        using answer = decltype(call(*inner));
        return read_with<answer>(plan, std::move(inner), std::move(call));
    }

    // The coroutines own what they use: the stores may be gone before they are resumed.
    template <class Schema>
    static asio::awaitable<result<void>> transact_with(std::shared_ptr<fault_plan> plan,
                                                       std::shared_ptr<record_store<Schema>> inner,
                                                       std::shared_ptr<decision_batch<Schema>> batch) {
        if (plan->dead()) co_return error(error_code::store_unavailable);
        auto counted = std::make_shared<counted_batch<Schema>>(std::move(batch), plan);
        std::shared_ptr<decision_batch<Schema>> passed = counted;
        auto done = co_await inner->transact(std::move(passed));
        switch (counted->fate()) {
            case fault::none:
                break;
            case fault::unavailable:
            case fault::crash_before:
                co_return error(error_code::store_unavailable);
            case fault::unknown_unwritten:
            case fault::unknown_written:
            case fault::crash_after:
                co_return error(error_code::outcome_unknown);
        }
        if (plan->dead()) co_return error(error_code::outcome_unknown);  // nobody is left to hear of it
        co_return done;
    }

    template <class Answer, class Port, class Call>
    static Answer read_with(std::shared_ptr<fault_plan> plan, std::shared_ptr<Port> inner, Call call) {
        if (plan->dead()) co_return error(error_code::store_unavailable);
        auto read = co_await call(*inner);
        if (plan->dead()) co_return error(error_code::store_unavailable);
        co_return read;
    }

    std::shared_ptr<fault_plan> plan;
};

}  // namespace

stores with_faults(stores inner, std::shared_ptr<fault_plan> plan) {
    return detail::forward(std::move(inner), std::make_shared<faulty>(std::move(plan)));
}

}  // namespace shop::testing
