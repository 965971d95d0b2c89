#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <boost/system/system_error.hpp>

#include <shop/async/deadlines.hpp>
#include <shop/async/results.hpp>
#include <shop/async/signal.hpp>
#include <shop/core/result.hpp>

namespace shop {

/// The answers of one batch of requests, filled in by work that goes on whatever becomes of the caller.
///
/// Each request is answered before its deadline, by 10 % of the time it had and at least 50 ms, with what is known by
/// then.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of the deadlines.
template <class Answer>
class pending_results : public std::enable_shared_from_this<pending_results<Answer>> {
public:
    /// What to say to request `i` when its time is up.
    using late_answer = std::function<result<Answer>(std::size_t i)>;

    explicit pending_results(std::size_t n) : results_(n), missing_(n) {}  ///< For `n` requests, none of them answered.

    bool has(std::size_t i) const { return results_[i].has_value(); }  ///< Whether request `i` is answered already.

    /// The first answer of a request counts.
    void give(std::size_t i, result<Answer> r) { give_first(i, std::move(r)); }
    void give(std::size_t i, error why) { give_first(i, std::move(why)); }  ///< The first answer of a request counts.

    /// All that is missing gets the same answer.
    void give_missing(result<Answer> const& r) {
        for (std::size_t i = 0; i < results_.size(); ++i) {
            if (!results_[i]) give(i, r);
        }
    }

    /// @param by one per request; `steady_time::max()` is none.
    results<Answer> wait(deadlines& timer, steady_time now, std::vector<steady_time> by, late_answer late) {
        auto self = this->shared_from_this();
        answer_by_ = std::move(by);
        for (auto& at : answer_by_) at = answer_by(at, now);
        late_ = std::move(late);
        arm(timer);
        bool const all = co_await all_given_.wait();
        alarm_.reset();
        late_ = nullptr;
        if (!all) throw boost::system::system_error(asio::error::operation_aborted);
        std::vector<result<Answer>> out;
        out.reserve(results_.size());
        for (auto& r : results_) out.push_back(std::move(*r));
        co_return out;
    }

private:
    template <class What>
    void give_first(std::size_t i, What what) {
        if (results_[i]) return;
        results_[i].emplace(std::move(what));
        if (--missing_ == 0) all_given_.set();
    }

    void arm(deadlines& timer) {
        auto earliest = steady_time::max();
        for (std::size_t i = 0; i < results_.size(); ++i) {
            if (!results_[i]) earliest = std::min(earliest, answer_by_[i]);
        }
        alarm_.reset();
        if (earliest == steady_time::max()) return;
        alarm_ = std::make_unique<scoped_deadline>(timer, earliest, [weak = this->weak_from_this(), &timer, earliest] {
            auto self = weak.lock();
            if (!self || !self->late_) return;
            for (std::size_t i = 0; i < self->results_.size(); ++i) {
                if (!self->results_[i] && self->answer_by_[i] <= earliest) self->give(i, self->late_(i));
            }
            if (self->missing_ != 0) self->arm(timer);
        });
    }

    std::vector<std::optional<result<Answer>>> results_;
    std::size_t missing_;
    signal all_given_;
    std::vector<steady_time> answer_by_;
    late_answer late_;
    std::unique_ptr<scoped_deadline> alarm_;
};

}  // namespace shop
