#pragma once

#include <algorithm>
#include <vector>

#include <shop/records/record.hpp>

/// Deciding on what a batch expects to find, instead of loading it.
namespace shop::postgres {

/// Sets the groups of the records expected.
/// @return the keys that are still to be loaded.
template <class Schema>
key_set<Schema> take_expected(expected_rows<Schema> const& expected, loaded_rows<Schema>& to) {
    key_set<Schema> missing;
    Schema::for_each([&]<class Record>() {
        auto const& keys = to.keys().template of<Record>();
        std::vector<bool> known(keys.size());
        if constexpr (can_be_expected<Record>) {
            for (auto const& one : expected.template of<Record>()) {
                auto const slot = to.template slot<Record>(one.key);
                if (!slot) continue;
                known[*slot] = true;
                if (one.record) to.template groups<Record>()[*slot] = {one.record, 1};
            }
        }
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (!known[i]) missing.template add<Record>(keys[i]);
        }
    });
    return missing;
}

/// Whether a decision writes every record expected, so that the store checks whether it was as expected.
template <class Schema>
bool writes_all(expected_rows<Schema> const& expected, changes<Schema> const& decided) {
    bool all = true;
    Schema::for_each([&]<class Record>() {
        if constexpr (can_be_expected<Record>) {
            if (!all || expected.template of<Record>().empty()) return;
            std::vector<load_key_of<Record>> written;
            for (auto const& record : decided.template puts<Record>()) written.push_back(load_key_of_record(record));
            std::sort(written.begin(), written.end());
            for (auto const& one : expected.template of<Record>()) {
                all = all && std::binary_search(written.begin(), written.end(), one.key);
            }
        }
    });
    return all;
}

}  // namespace shop::postgres
