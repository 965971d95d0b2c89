#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <shop/core/jitter.hpp>
#include <shop/core/result.hpp>
#include <shop/core/scheduler.hpp>
#include <shop/storage/postgres.hpp>

#include "storage/postgres/connection.hpp"

namespace shop::postgres {

/// A batch or a read on its way through a connection.
class job {
public:
    virtual ~job() = default;
    /// Does the work, from its beginning; called again after a conflict or on a new connection.
    /// @throws trouble, failure
    virtual void attempt(connection& on) = 0;
    /// Resumes the caller: with what the last attempt found, or with this failure.
    virtual void answer(error const* failure) = 0;
};

/// A bounded number of connections, each with the thread that works on it.
///
/// Whoever has a connection takes the next job. A connection that failed is dropped and replaced; a job that lost its own
/// starts again on the next. While there is no connection at all, jobs are refused at once.
/// @par Thread safety
/// Shared objects: safe.
class pool {
public:
    /// @param first a connection that is open already
    pool(std::string connect_string, std::unique_ptr<connection> first,
         std::shared_ptr<storage::postgres_options const> options, storage::context const& with);
    /// Finishes what is queued, then closes.
    ~pool();
    pool(pool const&) = delete;
    pool& operator=(pool const&) = delete;

    void submit(std::unique_ptr<job> work);

    /// Whether the server had room for all that was written since the last call.
    /// @par Errors
    /// `store_unavailable`.
    result<void> check_room();

    timestamp stamp() const { return clock_.stamp(); }
    storage::postgres_options const& options() const { return *options_; }

private:
    struct waiting {
        std::unique_ptr<job> work;
        steady_time since;
    };
    using link = std::unique_ptr<connection>;

    link open();
    void tell(trouble const& what);
    void work_until_closed(link on, jitter random);
    void refuse_late_until_closed();
    bool connect(link& on);
    std::optional<waiting> take();
    void perform(job& work, link& on, jitter& random);
    void pause(unsigned attempt, jitter& random);
    bool replace(link& on);
    void drop(link& on);
    void tell_state();
    void refuse_all(std::deque<waiting> all);

    std::string connect_string_;
    std::shared_ptr<storage::postgres_options const> options_;
    scheduler& clock_;
    log_sink& log_;
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
    std::map<std::string, steady_time> told_;  ///< when the log was told last, by kind of trouble

    std::vector<std::thread> threads_;
};

}  // namespace shop::postgres
