#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include <shop/storage/storage.hpp>

namespace shop::testing {

/// What happens at a commit.
enum class fault {
    none,
    unavailable,        ///< nothing is written, and the store says so
    unknown_unwritten,  ///< nothing is written, and nobody is told: `outcome_unknown`
    unknown_written,    ///< it is written, and nobody is told: `outcome_unknown`
    crash_before,       ///< nothing is written, and the process is dead
    crash_after,        ///< it is written, and the process is dead
};

/// When what goes wrong, counted in commits over all four stores. A commit is a batch that writes something; one that
/// is decided again keeps its number, one that is transacted again gets a new one.
///
/// Walk every failure point like this:
/// ```
/// for (std::uint64_t n = 1;; ++n) {
///     auto plan = fault_plan::at(n, fault::crash_after);
///     use(with_faults(stores, plan));  // until done, or plan->dead()
///     if (!plan->struck()) break;      // it took fewer than n commits: all of them have failed once
///     check(stores);                   // as a new process would find them
/// }
/// ```
/// @par Thread safety
/// Shared objects: safe.
class fault_plan {
public:
    /// Chooses by the number of the commit, from 1. Must not call the plan.
    using chooser = std::function<fault(std::uint64_t commit)>;

    fault_plan() = default;
    explicit fault_plan(chooser choose) : choose_(std::move(choose)) {}  ///< see `chooser`

    /// Nothing ever fails; the commits are counted.
    static std::shared_ptr<fault_plan> none() { return std::make_shared<fault_plan>(); }
    /// One fault, at this commit; the first is 1.
    static std::shared_ptr<fault_plan> at(std::uint64_t commit, fault what) {
        return std::make_shared<fault_plan>([=](std::uint64_t n) { return n == commit ? what : fault::none; });
    }

    /// How many commits there were, failed ones included.
    std::uint64_t commits() const;
    /// The table first written to in each commit: tells a reader of a failed test where it was.
    std::vector<std::string_view> tables() const;
    /// How many faults there were.
    std::uint64_t struck() const;
    /// Whether the process has crashed. From then on every call fails: reads and writes answer `store_unavailable`.
    bool dead() const;

    /// Counts a commit and says what becomes of it; for the stores.
    fault next(std::string_view table);

private:
    std::mutex mutable mutex_;
    chooser choose_;
    std::vector<std::string_view> tables_;
    std::uint64_t struck_ = 0;
    bool dead_ = false;
};

/// The same stores, failing as planned. The ones given stay as they are, and can be looked at after a crash.
///
/// After a crash, commits on their way in other stores may still arrive, as they may in life.
stores with_faults(stores inner, std::shared_ptr<fault_plan> plan);

}  // namespace shop::testing
