#pragma once

#include <map>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include <shop/records/record.hpp>

namespace shop::tests {

/// Rows in maps, and just enough of a store to run decisions on them: for tests of rules.
template <class Schema>
class held_rows {
    template <class Record>
    using groups_of = std::map<load_key_of<Record>, std::vector<Record>>;

public:
    template <class Record>
    groups_of<Record>& groups() {
        return std::get<Schema::template index<Record>>(groups_);
    }
    template <class Record>
    std::vector<Record> all() {
        std::vector<Record> out;
        for (auto const& [key, group] : groups<Record>()) out.insert(out.end(), group.begin(), group.end());
        return out;
    }
    template <class Record>
    Record const* find(key_of<Record> const& key) {
        for (auto const& [load_key, group] : groups<Record>()) {
            for (auto const& r : group) {
                if (key_of_record(r) == key) return &r;
            }
        }
        return nullptr;
    }
    /// As if it had been written long ago.
    template <class Record>
    void hold(Record r) {
        if constexpr (!is_log<Record>) r.revision = std::max<std::uint64_t>(r.revision, 1);
        groups<Record>()[load_key_of_record(r)].push_back(std::move(r));
    }

    /// Loads, decides until the batch has all it wants, and writes.
    changes<Schema> decide(decision_batch<Schema>& batch, attempt const& now) {
        auto keys = batch.wanted();
        keys.normalise();
        for (decisions = 1;; ++decisions) {
            loaded_rows<Schema> loaded(keys);
            Schema::for_each([&]<class Record>() { load<Record>(loaded); });
            auto decided = batch.decide(loaded, now);
            if (decided) return *decided;
            keys.merge(decided.error());
        }
    }
    changes<Schema> run(decision_batch<Schema>& batch, attempt const& now) {
        auto out = decide(batch, now);
        Schema::for_each([&]<class Record>() {
            for (auto const& r : out.template puts<Record>()) write(r);
        });
        return out;
    }

    int decisions = 0;  ///< of the last run

private:
    template <class Record>
    void load(loaded_rows<Schema>& loaded) {
        auto const& keys = loaded.keys().template of<Record>();
        for (std::size_t i = 0; i < keys.size(); ++i) {
            auto const found = groups<Record>().find(keys[i]);
            if (found != groups<Record>().end()) loaded.template groups<Record>()[i] = found->second;
        }
    }
    template <class Record>
    void write(Record r) {
        if constexpr (is_log<Record>) {
            r.position = ++positions_;
            groups<Record>()[load_key_of_record(r)].push_back(r);
        } else {
            auto& group = groups<Record>()[load_key_of_record(r)];
            for (auto& known : group) {
                if (key_of_record(known) != key_of_record(r)) continue;
                ASSERT_EQ(known.revision, r.revision) << "a write of another revision";
                known = r;
                known.revision += 1;
                return;
            }
            ASSERT_EQ(r.revision, 0u) << "a replacement of what is not there";
            r.revision = 1;
            group.push_back(r);
        }
    }

    typename Schema::template map<groups_of> groups_;
    std::uint64_t positions_ = 0;
};

}  // namespace shop::tests
