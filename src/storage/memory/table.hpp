#pragma once

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

#include <shop/records/record.hpp>

#include "indexes.hpp"
#include "ordered_slots.hpp"
#include "slab.hpp"

namespace shop::memory {

namespace detail {

template <class Record, std::size_t... I>
auto key_members(Record const& r, std::index_sequence<I...>) {
    return std::tie(r.*std::get<I>(Record::key())...);
}

inline std::size_t mix(std::size_t seed, std::size_t value) {
    seed = (seed ^ value) * 0x9e3779b97f4a7c15ULL;
    return seed ^ (seed >> 32);
}

template <class... Members>
std::size_t hash_of(std::tuple<Members...> const& key) {
    std::size_t seed = 0;
    auto one = [&]<class T>(T const& member) { seed = mix(seed, std::hash<T>{}(member)); };
    std::apply([&](auto const&... member) { (one(member), ...); }, key);
    return seed;
}

/// What a table is asked for: a key that is not in it, hashed once. (Not a member of the table: clang 16 deduces no
/// arguments of a template within a template.)
template <class Key>
struct probe {
    explicit probe(Key const& k) : hash(hash_of(k)), key(&k) {}
    std::size_t hash;
    Key const* key;
};

}  // namespace detail

/// The primary key of a record, as references into it.
template <class Record>
auto key_members(Record const& r) {
    return detail::key_members(r, std::make_index_sequence<std::tuple_size_v<key_of<Record>>>{});
}
template <class Record>
auto load_key_members(Record const& r) {
    return detail::key_members(r, std::make_index_sequence<Record::load_key_size>{});
}

/// The records of one type with a revision, by their load key. Writes of one transaction are kept apart until `keep`,
/// so that `undo` takes them back.
/// @par Thread safety
/// Shared objects: unsafe.
template <class Record>
class table {
    static constexpr bool grouped = Record::load_key_size < std::tuple_size_v<key_of<Record>>;
    using stored = std::conditional_t<grouped, boost::container::small_vector<Record, 1>, Record>;

public:
    table() : by_key_(0, hash_entry{}, same_key{this}) {}
    table(table const&) = delete;
    table& operator=(table const&) = delete;

    /// The records under a load key, by primary key; valid until the next write.
    std::span<Record const> group(load_key_of<Record> const& key) const {
        auto at = by_key_.find(detail::probe(key));
        return at == by_key_.end() ? std::span<Record const>{} : view(rows_[at->at]);
    }

    /// Inserts a record of revision 0, or replaces the one with its revision, and raises the revision. The record given
    /// holds what it replaced, until `keep` or `undo`.
    /// @return false on a conflict: a key that stands already, or another revision.
    bool put(Record& r) {
        auto expected = r.revision++;
        steps_.emplace_back();
        auto done = expected == 0 ? insert(r) : replace(r, expected);
        if (done) {
            steps_.back() = {*done, &r, expected == 0};
        } else {
            steps_.pop_back();
        }
        return done.has_value();
    }

    /// Removes a record, if it is there.
    void erase(key_of<Record> const& key) {
        auto [where, record] = find(key);
        if (!record) return;
        erased_.push_back(*record);
        remove(where, *record);
    }

    /// Takes back what was written since the last `keep`.
    void undo() {
        for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
            auto& now = *in_slot(step->at, *step->given);
            if (step->inserted) {
                remove(step->at, now);
            } else {
                index_.replaced(step->at, now, *step->given, *this);
                std::swap(now, *step->given);
            }
        }
        steps_.clear();
        for (auto& r : erased_) insert(r);
        erased_.clear();
    }
    void keep() {
        steps_.clear();
        erased_.clear();
    }

    /// Slots by load key. Sorts what arrived out of order.
    std::deque<slot> const& ordered() { return ordered_.settled(by_load_key()); }
    /// The first slot whose load key is greater, or not less.
    auto after(load_key_of<Record> const& key) {
        auto& all = ordered();
        auto less = [this](load_key_of<Record> const& k, slot at) { return k < key_in(at); };
        return std::upper_bound(all.begin(), all.end(), key, less);
    }
    auto from(load_key_of<Record> const& key) {
        auto& all = ordered();
        auto less = [this](slot at, load_key_of<Record> const& k) { return key_in(at) < k; };
        return std::lower_bound(all.begin(), all.end(), key, less);
    }
    std::span<Record const> group_in(slot at) const { return view(rows_[at]); }
    Record const& operator[](slot at) const requires(!grouped) { return rows_[at]; }

    /// The next records by primary key, at most `limit`.
    std::vector<Record> scan(std::optional<key_of<Record>> const& last, std::size_t limit) {
        std::vector<Record> out;
        auto at = last ? from(leading(*last)) : ordered().begin();
        for (; at != ordered().end() && out.size() < limit; ++at) {
            for (auto const& r : group_in(*at)) {
                if (last && !(*last < key_members(r))) continue;
                if (out.size() == limit) break;
                out.push_back(r);
            }
        }
        return out;
    }

    index_of<Record>& index() { return index_; }

private:
    struct entry {
        std::size_t hash;
        slot at;
    };
    struct hash_entry {
        using is_transparent = void;
        std::size_t operator()(entry const& e) const { return e.hash; }
        template <class Key>
        std::size_t operator()(detail::probe<Key> const& p) const {
            return p.hash;
        }
    };
    struct same_key {
        using is_transparent = void;
        table const* in;
        bool operator()(entry const& a, entry const& b) const {
            return a.hash == b.hash && (a.at == b.at || in->key_in(a.at) == in->key_in(b.at));
        }
        template <class Key>
        bool operator()(detail::probe<Key> const& p, entry const& e) const {
            return p.hash == e.hash && in->key_in(e.at) == *p.key;
        }
        template <class Key>
        bool operator()(entry const& e, detail::probe<Key> const& p) const {
            return (*this)(p, e);
        }
    };
    struct step {
        slot at;
        Record* given;
        bool inserted;
    };

    static std::span<Record const> view(stored const& s) {
        if constexpr (grouped) {
            return s;
        } else {
            return {&s, 1};
        }
    }
    static load_key_of<Record> leading(key_of<Record> const& key) {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return load_key_of<Record>{std::get<I>(key)...};
        }
        (std::make_index_sequence<Record::load_key_size>{});
    }
    auto key_in(slot at) const { return load_key_members(view(rows_[at]).front()); }
    auto by_load_key() const {
        return [this](slot a, slot b) { return key_in(a) < key_in(b); };
    }

    /// Where a record of this primary key stands in a group.
    template <class Key>
    static auto place_in(stored& group, Key const& key) requires grouped {
        return std::lower_bound(group.begin(), group.end(), key,
                                [](Record const& r, Key const& k) { return key_members(r) < k; });
    }
    template <class Key>
    Record* in_group(slot at, Key const& key) {
        if constexpr (grouped) {
            auto place = place_in(rows_[at], key);
            return place != rows_[at].end() && key_members(*place) == key ? &*place : nullptr;
        } else {
            return &rows_[at];
        }
    }
    Record* in_slot(slot at, Record const& like) { return in_group(at, key_members(like)); }

    std::pair<slot, Record*> find(key_of<Record> const& key) {
        auto group_key = leading(key);
        auto at = by_key_.find(detail::probe(group_key));
        if (at == by_key_.end()) return {0, nullptr};
        return {at->at, in_group(at->at, key)};
    }

    std::optional<slot> insert(Record& r) {
        auto hash = detail::hash_of(load_key_members(r));
        auto at = put_in_free_slot(r);
        auto [found, fresh] = by_key_.insert(entry{hash, at});
        if (!fresh) {
            free_.push_back(at);
            return insert_beside(found->at, r);
        }
        ordered_.add(at, by_load_key());
        if constexpr (!grouped) index_.added(at, rows_[at], *this);
        return at;
    }

    /// Moves a record into a slot of its own; one of a group is copied, since only its key tells where it stands.
    slot put_in_free_slot(Record& r) {
        bool const fresh = free_.empty();
        auto at = fresh ? static_cast<slot>(rows_.size()) : free_.back();
        if (!fresh) free_.pop_back();
        if constexpr (grouped) {
            fresh ? rows_.push_back({r}) : void(rows_[at] = {r});
        } else {
            fresh ? rows_.push_back(std::move(r)) : void(rows_[at] = std::move(r));
        }
        return at;
    }

    std::optional<slot> insert_beside([[maybe_unused]] slot at, [[maybe_unused]] Record const& r) {
        if constexpr (grouped) {
            auto place = place_in(rows_[at], key_members(r));
            if (place == rows_[at].end() || key_members(*place) != key_members(r)) {
                rows_[at].insert(place, r);
                return at;
            }
        }
        return std::nullopt;
    }

    std::optional<slot> replace(Record& r, std::uint64_t expected) {
        auto key = load_key_members(r);
        auto at = by_key_.find(detail::probe(key));
        if (at == by_key_.end()) return std::nullopt;
        auto* now = in_slot(at->at, r);
        if (!now || now->revision != expected) return std::nullopt;
        std::swap(*now, r);
        index_.replaced(at->at, r, *now, *this);
        return at->at;
    }

    void remove(slot at, Record const& r) {
        if constexpr (grouped) {
            if (rows_[at].size() > 1) {
                rows_[at].erase(place_in(rows_[at], key_members(r)));
                return;
            }
        } else {
            index_.removed(at, r, *this);
        }
        ordered_.remove(at, by_load_key());
        by_key_.erase(entry{detail::hash_of(key_in(at)), at});
        rows_[at] = stored{};
        free_.push_back(at);
    }

    slab<stored> rows_;
    std::vector<slot> free_;
    boost::unordered_flat_set<entry, hash_entry, same_key> by_key_;
    ordered_slots<std::deque<slot>> ordered_;
    index_of<Record> index_;

    std::vector<step> steps_;
    std::vector<Record> erased_;
};

}  // namespace shop::memory
