#include "pool.hpp"

#include <type_traits>
#include <utility>

#include <shop/async/backoff.hpp>
#include <shop/core/detail/words.hpp>
#include <shop/core/limits.hpp>

namespace shop::postgres {

namespace {

constexpr std::string_view disk_full = "53100";  ///< its SQLSTATE

/// Far from every other's, in this process and in others.
std::uint64_t first_mark(storage::context const& with) {
    auto const id = with.ids.next(with.clock.stamp());
    return shop::detail::big_endian(id.bytes.data() + 8);
}

}  // namespace

template <class Link>
pool<Link>::pool(std::size_t count, std::string connect_string, std::unique_ptr<Link> first,
                 std::shared_ptr<storage::postgres_options const> options, storage::context const& with,
                 std::shared_ptr<complaints> to, std::function<void(Link&)> check)
    : connect_string_(std::move(connect_string)),
      options_(std::move(options)),
      clock_(with.clock),
      complaints_(std::move(to)),
      check_(std::move(check)),
      next_marks_(first_mark(with)),
      connected_(first ? 1 : 0) {
    threads_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        threads_.emplace_back(
            [this, on = std::exchange(first, nullptr), random = jitter(with.ids, clock_.stamp())]() mutable {
                work_until_closed(std::move(on), random);
            });
    }
    threads_.emplace_back([this] { refuse_late_until_closed(); });
}

template <class Link>
pool<Link>::~pool() {
    {
        std::lock_guard lock(mutex_);
        closing_ = true;
        changed_.notify_all();
        work_wanted_.notify_all();
        connection_wanted_.notify_all();
    }
    for (auto& t : threads_) t.join();
    refuse_all(std::exchange(queue_, {}));
    connected_ = 0;
    tell_state();
}

template <class Link>
void pool<Link>::submit(std::unique_ptr<job<Link>> work) {
    auto why = error_code::store_unavailable;
    {
        std::lock_guard lock(mutex_);
        if (connected_ > 0 && queue_.size() < options_->queue_max) {
            queue_.push_back({std::move(work), clock_.now()});
            tell_state();
            (queue_.size() > idle_ ? connection_wanted_ : work_wanted_).notify_one();
            return;
        }
        if (connected_ > 0) why = error_code::overloaded;
    }
    error const failure(why);
    work->answer(&failure);
}

template <class Link>
void pool<Link>::work_until_closed(link on, jitter random) {
    while (connect(on)) {
        auto next = take();
        if (!next) return;
        if (options_->statistics) ++options_->statistics->busy;
        perform(*next->work, on, random);
        if (options_->statistics) --options_->statistics->busy;
    }
}

/// Nobody waits longer for a connection than was agreed, whatever holds them all up.
template <class Link>
void pool<Link>::refuse_late_until_closed() {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, options_->wait_max / 8, [&] { return closing_; })) {
        std::deque<waiting> late;
        auto const since = clock_.now() - options_->wait_max;
        while (!queue_.empty() && queue_.front().since < since) {
            late.push_back(std::move(queue_.front()));
            queue_.pop_front();
        }
        if (late.empty()) continue;
        lock.unlock();
        refuse_all(std::move(late));
        lock.lock();
    }
}

/// Makes sure that there is a connection, as soon as one is wanted; looks for the server until it is there. After an
/// outage all processes come back at once: each with one connection, and with more as work waits.
/// @return false when the pool closes.
template <class Link>
bool pool<Link>::connect(link& on) {
    if (on) return true;
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            auto const wanted = [&] {
                return connected_ > 0 ? queue_.size() > idle_ : !looking_;
            };  // one looks for all
            connection_wanted_.wait(lock, [&] { return closing_ || wanted(); });
            if (closing_) return false;
            if (connected_ == 0) looking_ = true;
        }
        bool found = false;
        try {
            on = open();
            found = true;
        } catch (trouble const& t) {
            complaints_->tell(t);  // whoever asks meanwhile is refused
        }
        std::unique_lock lock(mutex_);
        looking_ = false;
        if (found) {
            ++connected_;
            tell_state();
            return !closing_;
        }
        changed_.wait_for(lock, limits::away_pace, [&] { return closing_; });
        if (closing_) return false;
    }
}

template <class Link>
std::optional<typename pool<Link>::waiting> pool<Link>::take() {
    std::unique_lock lock(mutex_);
    ++idle_;
    work_wanted_.wait(lock, [&] { return closing_ || !queue_.empty(); });
    --idle_;
    if (queue_.empty()) return std::nullopt;
    auto next = std::move(queue_.front());
    queue_.pop_front();
    tell_state();
    return next;
}

/// Runs a job to an answer, on as many connections as it takes.
template <class Link>
void pool<Link>::perform(job<Link>& work, link& on, jitter& random) {
    bool in_doubt = false;
    auto const count = [&](std::atomic<std::uint64_t> storage::postgres_statistics::*what) {
        if (options_->statistics) ++(*options_->statistics.*what);
    };
    error why(error_code::store_unavailable);
    for (unsigned attempt = 1; attempt <= limits::transact_attempts_max; ++attempt) {
        if (attempt > 1) count(&storage::postgres_statistics::reruns);
        if (!on && !replace(on)) break;
        try {
            work.attempt(*on);
            return work.answer(nullptr);
        } catch (trouble const& t) {
            complaints_->tell(t);
            if (t.state() == disk_full) lacked_room_ = true;
            if (t.why() == fault::lost || !on->is_usable())
                drop(on);  // also when what was read of an answer did not fit
            if (t.why() == fault::in_doubt) {
                in_doubt = true;
                count(&storage::postgres_statistics::in_doubt);
            } else if (t.why() == fault::contended) {
                pause(attempt, random);
            } else if (t.why() == fault::refused) {
                why = error(error_code::internal);
                break;
            } else if (t.why() == fault::corrupt) {
                why = error(error_code::store_corrupt, t.what());
                break;
            } else if (t.why() == fault::unavailable || t.why() == fault::unsuitable ||
                       t.why() == fault::misconfigured) {
                break;
            }
        } catch (failure const& e) {
            why = e.reason();
            break;
        } catch (std::exception const&) {
            why = error(error_code::internal);
            break;
        }
    }
    if (in_doubt) why = error(error_code::outcome_unknown);
    work.answer(&why);
}

template <class Link>
result<void> pool<Link>::check_room() {
    if (!lacked_room_.exchange(false)) return {};
    return error(error_code::store_unavailable, "there is no room on the disk of the database");
}

template <class Link>
typename pool<Link>::link pool<Link>::open() {
    link on;
    if constexpr (std::is_same_v<Link, connection>) {
        constexpr std::uint64_t apart = std::uint64_t{1} << 32;
        on = std::make_unique<connection>(connect_string_, *options_, next_marks_ += apart);
    } else {
        on = std::make_unique<session>(connect_string_, *options_);
    }
    if (check_) check_(*on);
    return on;
}

/// A new connection in the middle of a job.
template <class Link>
bool pool<Link>::replace(link& on) {
    try {
        on = open();
    } catch (trouble const& t) {
        complaints_->tell(t);
        return false;
    }
    std::lock_guard lock(mutex_);
    ++connected_;
    tell_state();
    return true;
}

template <class Link>
void pool<Link>::drop(link& on) {
    on.reset();
    std::deque<waiting> orphans;
    {
        std::lock_guard lock(mutex_);
        if (--connected_ == 0) orphans = std::exchange(queue_, {});
        tell_state();
    }
    refuse_all(std::move(orphans));
}

/// @pre the mutex is held
template <class Link>
void pool<Link>::tell_state() {
    if (!options_->statistics) return;
    // Unsigned: what goes down is added as well.
    options_->statistics->connected += connected_ - std::exchange(connected_told_, connected_);
    options_->statistics->waiting += queue_.size() - std::exchange(waiting_told_, queue_.size());
}

template <class Link>
void pool<Link>::refuse_all(std::deque<waiting> all) {
    error const gone(error_code::store_unavailable);
    for (auto& one : all) one.work->answer(&gone);
}

template <class Link>
void pool<Link>::pause(unsigned attempt, jitter& random) {
    constexpr backoff after_conflict{std::chrono::milliseconds(2), std::chrono::milliseconds(128), 1};
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, after_conflict.after(attempt, random), [&] { return closing_; });
}

template class pool<connection>;
template class pool<session>;

}  // namespace shop::postgres
