#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <shop/records/record.hpp>

#include "indexes.hpp"
#include "slab.hpp"

namespace shop::memory {

/// The records of one type with a position: appended in the order of commits, found by position at once. Writes of one
/// transaction are kept apart until `keep`, so that `undo` takes them back.
/// @par Thread safety
/// Shared objects: unsafe.
template <class Record>
class log {
    static constexpr std::uint64_t erased = 0;

public:
    /// The record at a position, as a group of one or none.
    std::span<Record const> group(key_of<Record> const& key) const {
        auto* r = find(std::get<0>(key));
        return r ? std::span<Record const>(r, 1) : std::span<Record const>{};
    }
    /// @return nothing if the position was erased or never given.
    Record const* find(std::uint64_t position) const {
        if (position == 0 || position > rows_.size()) return nullptr;
        auto const& r = rows_[position - 1];
        return r.position == erased ? nullptr : &r;
    }

    /// Appends a record at the next position.
    /// @return false on a conflict: something that must be unique stands already.
    bool put(Record& r) {
        if (!index_.admits(r, *this)) return false;
        r.position = rows_.size() + 1;
        rows_.push_back(std::move(r));
        ++appended_;
        index_.appended(rows_[rows_.size() - 1]);
        return true;
    }

    /// Removes a record, if it is there; its position is not given again.
    void erase(key_of<Record> const& key) {
        auto position = std::get<0>(key);
        if (!find(position)) return;
        auto& r = rows_[position - 1];
        index_.removed(r);
        erased_.push_back(std::move(r));
        r = Record{};
        r.position = erased;
    }

    /// Takes back what was written since the last `keep`: nobody has seen these positions.
    void undo() {
        for (; appended_ > 0; --appended_) {
            if (auto* last = find(rows_.size())) index_.removed(*last);
            rows_.pop_back();
        }
        for (auto& r : erased_) {
            auto& place = rows_[r.position - 1];
            place = std::move(r);
            index_.appended(place);
        }
        erased_.clear();
    }
    void keep() {
        appended_ = 0;
        erased_.clear();
    }

    std::vector<Record> scan(std::optional<key_of<Record>> const& last, std::size_t limit) const {
        std::vector<Record> out;
        auto const from = last ? std::get<0>(*last) : 0;
        if (from < rows_.size()) out.reserve(std::min<std::size_t>(limit, rows_.size() - from));
        for (std::size_t at = from; at < rows_.size() && out.size() < limit; ++at) {
            if (rows_[at].position != erased) out.push_back(rows_[at]);
        }
        return out;
    }

    log_index_of<Record> const& index() const { return index_; }

private:
    slab<Record> rows_;
    log_index_of<Record> index_;
    std::size_t appended_ = 0;
    std::vector<Record> erased_;
};

}  // namespace shop::memory
