#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include <shop/core/invariant.hpp>
#include <shop/records/record.hpp>

namespace shop {

/// The working copy of a decision: reads through to the loaded records, keeps what the commands changed, and says at
/// the end what to write. A record touched by many commands of a batch becomes one write.
/// @par Thread safety
/// Distinct objects: safe. Shared objects: unsafe.
template <class Schema>
class working_set {
    template <class Record>
    struct table {
        std::vector<std::optional<std::vector<Record>>> edited;  // per slot of the loaded keys; absent: as loaded
        std::vector<std::size_t> touched;                        // slots, in the order of first edit
        std::vector<Record> appended;                            // logs
        std::vector<key_of<Record>> erased;
    };

public:
    /// @param rows must outlive this
    explicit working_set(loaded_rows<Schema> const& rows) : rows_(rows) {
        Schema::for_each([&]<class Record>() { of<Record>().edited.resize(rows.template groups<Record>().size()); });
    }

    /// Whether the batch asked for this key; reading one that it did not is a programming error.
    template <class Record>
    bool has(load_key_of<Record> const& key) const {
        return rows_.template slot<Record>(key).has_value();
    }

    /// Where a key stands, for those who need it more than once; reading one the batch did not want is a programming
    /// error. A tuple of references will do.
    template <class Record, class Key = load_key_of<Record>>
    std::size_t slot(Key const& key) const {
        auto const at = rows_.template slot<Record>(key);
        SHOP_INVARIANT(at.has_value(), "a rule reads a key that its batch did not want");
        return *at;
    }

    /// The records of a group as the commands so far left them.
    template <class Record>
    std::span<Record const> group(load_key_of<Record> const& key) const {
        return group_at<Record>(slot<Record>(key));
    }
    /// The same, of a key whose slot is known.
    template <class Record>
    std::span<Record const> group_at(std::size_t slot) const {
        auto const& edited = of<Record>().edited[slot];
        return edited ? std::span<Record const>(*edited) : rows_.template groups<Record>()[slot];
    }

    /// The first record under a key; null if there is none. Valid until the group is edited.
    template <class Record>
    Record const* find(load_key_of<Record> const& key) const {
        auto found = group<Record>(key);
        return found.empty() ? nullptr : &found.front();
    }

    /// A group to change in place; what is new in it is inserted, what was changed is replaced.
    template <class Record>
    std::vector<Record>& edit_group(load_key_of<Record> const& key) {
        return edit_group_at<Record>(slot<Record>(key));
    }
    /// The same, of a key whose slot is known.
    template <class Record>
    std::vector<Record>& edit_group_at(std::size_t slot) {
        auto& t = of<Record>();
        if (!t.edited[slot]) {
            auto const& loaded = rows_.template groups<Record>()[slot];
            t.edited[slot].emplace(loaded.begin(), loaded.end());
            t.touched.push_back(slot);
        }
        return *t.edited[slot];
    }

    /// Where the groups stand that were edited, in the order of their first edit.
    template <class Record>
    std::span<std::size_t const> edited() const {
        return of<Record>().touched;
    }
    /// The records of a group as they were loaded.
    template <class Record>
    std::span<Record const> loaded_at(std::size_t slot) const {
        return rows_.template groups<Record>()[slot];
    }

    /// A record to change in place; it must exist.
    template <class Record>
    Record& edit(load_key_of<Record> const& key) {
        auto& records = edit_group<Record>(key);
        SHOP_INVARIANT(!records.empty(), "a rule edits a record that does not exist");
        return records.front();
    }

    /// Adds a record to its group, or appends it to its log.
    template <class Record>
    Record& insert(Record r) {
        if constexpr (is_log<Record>) {
            of<Record>().appended.push_back(std::move(r));
            return of<Record>().appended.back();
        } else {
            auto& records = edit_group<Record>(load_key_of_record(r));
            records.push_back(std::move(r));
            return records.back();
        }
    }

    /// Erases all records under a key; those never stored are merely dropped.
    template <class Record>
    void erase(load_key_of<Record> const& key) {
        auto& records = edit_group<Record>(key);
        for (auto const& r : records) {
            if (r.revision != 0) of<Record>().erased.push_back(key_of_record(r));
        }
        records.clear();
    }

    /// What the commands changed. The working set is spent afterwards.
    ///
    /// A group is edited as a whole; records in it that are as loaded are not written.
    changes<Schema> take_changes() {
        changes<Schema> out;
        Schema::for_each([&]<class Record>() {
            auto& t = of<Record>();
            out.template erases<Record>() = std::move(t.erased);
            if constexpr (is_log<Record>) {
                out.template puts<Record>() = std::move(t.appended);
            } else {
                auto& puts = out.template puts<Record>();
                puts.reserve(t.touched.size());
                for (auto slot : t.touched) {
                    auto const& loaded = rows_.template groups<Record>()[slot];
                    auto& records = *t.edited[slot];
                    for (std::size_t i = 0; i < records.size(); ++i) {
                        if (i < loaded.size() && loaded[i] == records[i]) continue;
                        puts.push_back(std::move(records[i]));
                    }
                }
            }
        });
        return out;
    }

private:
    template <class Record>
    table<Record>& of() {
        return std::get<Schema::template index<Record>>(tables_);
    }
    template <class Record>
    table<Record> const& of() const {
        return std::get<Schema::template index<Record>>(tables_);
    }

    loaded_rows<Schema> const& rows_;
    typename Schema::template map<table> tables_;
};

}  // namespace shop
