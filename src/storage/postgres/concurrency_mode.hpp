#pragma once

#include <atomic>
#include <optional>

namespace shop::postgres {

/// How the next batch comes to its records. A process by itself need not load what it wrote itself, nor lock what it
/// loads: its batches come one after another, and the revisions tell whether they did. After a wrong guess the next
/// batches load; where another process was met, they lock what they load, in the order of their keys.
/// @par Thread safety
/// Shared objects: safe.
class concurrency_mode {
public:
    enum class kind { speculative, optimistic, pessimistic };

    /// @param before how the batch ran the time before, if that ended in a conflict
    kind next(std::optional<kind> before) {
        if (before) {
            (*before == kind::speculative ? loading_ : locking_) = batches_of_caution;
            return *before == kind::speculative ? kind::optimistic : kind::pessimistic;
        }
        if (take(locking_)) return kind::pessimistic;
        return take(loading_) ? kind::optimistic : kind::speculative;
    }

private:
    static constexpr unsigned batches_of_caution = 64;

    static bool take(std::atomic<unsigned>& from) {
        auto left = from.load();
        while (left > 0 && !from.compare_exchange_weak(left, left - 1)) {
        }
        return left > 0;
    }

    std::atomic<unsigned> loading_ = 0;
    std::atomic<unsigned> locking_ = 0;
};

}  // namespace shop::postgres
