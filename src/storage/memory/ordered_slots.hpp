#pragma once

#include <algorithm>
#include <iterator>
#include <vector>

#include "slab.hpp"

namespace shop::memory {

/// Slots in the order of their keys, for reads that want order. Made for keys that arrive nearly sorted, as UUIDv7 ids
/// do: those are placed at once; others wait unsorted until somebody reads.
/// @tparam Container a random-access sequence of slots
/// @par Thread safety
/// Shared objects: unsafe, reading sorts.
template <class Container>
class ordered_slots {
    static constexpr int steps_back_max = 32;

public:
    /// @param less compares two slots by their keys; the slot must hold its key.
    template <class Less>
    void add(slot added, Less const& less) {
        if (!late_.empty()) {
            late_.push_back(added);
            return;
        }
        auto at = sorted_.end();
        for (int steps = 0; at != sorted_.begin() && less(added, *std::prev(at)); --at) {
            if (++steps > steps_back_max) {
                late_.push_back(added);
                return;
            }
        }
        sorted_.insert(at, added);
    }

    /// @pre the slot was added and still holds its key.
    template <class Less>
    void remove(slot removed, Less const& less) {
        if (!late_.empty() && late_.back() == removed) {
            late_.pop_back();
            return;
        }
        auto& all = settled(less);
        auto at = std::lower_bound(all.begin(), all.end(), removed, less);
        if (at != all.end() && *at == removed) all.erase(at);
    }

    /// All slots in order.
    template <class Less>
    Container& settled(Less const& less) {
        if (late_.empty()) return sorted_;
        std::sort(late_.begin(), late_.end(), less);
        auto from = std::lower_bound(sorted_.begin(), sorted_.end(), late_.front(), less) - sorted_.begin();
        auto middle = static_cast<std::ptrdiff_t>(sorted_.size());
        sorted_.insert(sorted_.end(), late_.begin(), late_.end());
        std::inplace_merge(sorted_.begin() + from, sorted_.begin() + middle, sorted_.end(), less);
        late_.clear();
        return sorted_;
    }

    bool empty() const { return sorted_.empty() && late_.empty(); }

private:
    Container sorted_;
    std::vector<slot> late_;
};

}  // namespace shop::memory
