#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <shop/async/jitter.hpp>
#include <shop/async/scheduler.hpp>
#include <shop/core/result.hpp>
#include <shop/storage/postgres.hpp>

#include "complaints.hpp"
#include "connection.hpp"
#include "session.hpp"

namespace shop::postgres {

/// A batch or a read on its way through a connection, or a list on its way through a session.
template <class Link>
class job {
public:
    virtual ~job() = default;
    /// Does the work, from its beginning; called again after a conflict or on a new connection.
    /// @throws trouble, failure
    virtual void attempt(Link& on) = 0;
    /// Resumes the caller: with what the last attempt found, or with this failure.
    virtual void answer(error const* failure) = 0;
};

/// A bounded number of connections (or sessions), each with the thread that works on it.
///
/// Whoever has a connection takes the next job. A connection that failed is dropped and replaced; a job that lost its
/// own starts again on the next. While there is no connection at all, jobs are refused at once.
/// @par Thread safety
/// Shared objects: safe.
template <class Link>
class pool {
public:
    /// @param count how many at most
    /// @param first one that is open already; null: the server is looked for
    /// @param check throws trouble of a new connection that is not to be used
    pool(std::size_t count, std::string connect_string, std::unique_ptr<Link> first,
         std::shared_ptr<storage::postgres_options const> options, storage::context const& with,
         std::shared_ptr<complaints> to, std::function<void(Link&)> check = {});
    /// Finishes what is queued, then closes.
    ~pool();
    pool(pool const&) = delete;
    pool& operator=(pool const&) = delete;

    void submit(std::unique_ptr<job<Link>> work);

    /// Whether the server had room for all that was written since the last call.
    /// @par Errors
    /// `store_unavailable`.
    result<void> check_room();

    timestamp stamp() const { return clock_.stamp(); }
    storage::postgres_options const& options() const { return *options_; }

private:
    struct waiting {
        std::unique_ptr<job<Link>> work;
        steady_time since;
    };
    using link = std::unique_ptr<Link>;

    link open();
    void work_until_closed(link on, jitter random);
    void refuse_late_until_closed();
    bool connect(link& on);
    std::optional<waiting> take();
    void perform(job<Link>& work, link& on, jitter& random);
    void pause(unsigned attempt, jitter& random);
    bool replace(link& on);
    void drop(link& on);
    void tell_state();
    void refuse_all(std::deque<waiting> all);

    std::string connect_string_;
    std::shared_ptr<storage::postgres_options const> options_;
    scheduler& clock_;
    std::shared_ptr<complaints> complaints_;
    std::function<void(Link&)> check_;
    std::atomic<bool> lacked_room_ = false;
    std::atomic<std::uint64_t> next_marks_;  ///< where the next connection begins to number what it sends

    std::mutex mutex_;  // guards what follows; never held while the server works
    std::condition_variable work_wanted_;
    std::condition_variable connection_wanted_;  ///< work waits and nobody is idle, or the pool closes
    std::condition_variable changed_;            ///< the pool closes
    std::deque<waiting> queue_;
    std::size_t connected_ = 0;
    std::size_t idle_ = 0;  ///< of those connected: wait for work
    bool looking_ = false;  ///< one thread looks for the server, for all
    bool closing_ = false;
    std::size_t connected_told_ = 0, waiting_told_ = 0;  ///< to the statistics, which count for all pools

    std::vector<std::thread> threads_;
};

extern template class pool<connection>;
extern template class pool<session>;

}  // namespace shop::postgres
