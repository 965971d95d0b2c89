#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>

#include <shop/async/service_context.hpp>

namespace shop {

/// When a caller must be answered at the latest: before its deadline, by 10 % of the time it has and at least 50 ms.
inline steady_time answer_by(steady_time deadline, steady_time now) {
    if (deadline == steady_time::max()) return deadline;
    return deadline - std::max<steady_time::duration>((deadline - now) / 10, std::chrono::milliseconds(50));
}

/// Calls back at given times. Thousands of deadlines cost one timer: most of them are taken back before they come.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of its context.
class deadlines {
public:
    explicit deadlines(service_context context);  ///< its clock and executor must outlive this
    ~deadlines();
    deadlines(deadlines const&) = delete;
    deadlines& operator=(deadlines const&) = delete;

    /// Nothing is called any more, and the timer is given up. What is not stopped gives it up when it comes.
    void stop();

private:
    friend class scoped_deadline;
    struct state;
    std::shared_ptr<state> state_;
};

/// One call at `at` or a little later; taken back when this goes out of scope. `steady_time::max()` is never.
class scoped_deadline {
public:
    /// @param all must outlive this
    /// @param call run on the executor of `all`, once at most
    scoped_deadline(deadlines& all, steady_time at, std::function<void()> call);
    ~scoped_deadline();
    scoped_deadline(scoped_deadline const&) = delete;
    scoped_deadline& operator=(scoped_deadline const&) = delete;

private:
    struct armed;
    std::shared_ptr<armed> armed_;
};

}  // namespace shop
