#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <shop/records/record.hpp>
#include <shop/testing/run.hpp>

/// Short ways to speak to a store from a test: each call runs to its end on this thread.
namespace shop::testing {

/// A batch whose decision is a function. The function may run several times, on a thread of the store.
template <class Schema>
class scripted_batch final : public decision_batch<Schema> {
public:
    /// What to write, or which keys to load first.
    using decided = boost::system::result<changes<Schema>, key_set<Schema>>;
    /// Pure: it may run several times.
    using decision = std::function<decided(loaded_rows<Schema> const&, attempt const&)>;

    /// @param expected rows that are taken to be as they were read last; none unless told otherwise
    scripted_batch(key_set<Schema> wanted, decision decide, expected_rows<Schema> expected = {})
        : wanted_(std::move(wanted)), expected_(std::move(expected)), decide_(std::move(decide)) {}

    key_set<Schema> wanted() const override { return wanted_; }
    expected_rows<Schema> expected() const override { return expected_; }
    decided decide(loaded_rows<Schema> const& rows, attempt const& now) override {
        ++runs_;
        return decide_(rows, now);
    }
    /// How often it was decided. Read it when the store has answered.
    unsigned runs() const { return runs_; }

private:
    key_set<Schema> wanted_;
    expected_rows<Schema> expected_;
    decision decide_;
    unsigned runs_ = 0;
};

/// Runs a batch and waits for it.
template <class Schema>
result<void> transact(record_store<Schema>& store, std::shared_ptr<decision_batch<Schema>> batch) {
    return run(store.transact(std::move(batch)));
}

/// Runs a decision over these keys and waits for it.
template <class Schema>
result<void> transact(record_store<Schema>& store, std::type_identity_t<key_set<Schema>> wanted,
                      std::type_identity_t<typename scripted_batch<Schema>::decision> decide,
                      std::type_identity_t<expected_rows<Schema>> expected = {}) {
    std::shared_ptr<decision_batch<Schema>> batch =
        std::make_shared<scripted_batch<Schema>>(std::move(wanted), std::move(decide), std::move(expected));
    return transact(store, std::move(batch));
}

/// Writes without looking.
template <class Schema>
result<void> write(record_store<Schema>& store, changes<Schema> what) {
    return transact(store, {}, [what = std::move(what)](loaded_rows<Schema> const&, attempt const&) { return what; });
}

/// Writes a few records of one type without looking.
template <class Record, class Schema>
result<void> put(record_store<Schema>& store, std::vector<Record> records) {
    changes<Schema> what;
    what.template puts<Record>() = std::move(records);
    return write(store, std::move(what));
}
/// Writes one record without looking.
template <class Record, class Schema>
requires described<Record> result<void> put(record_store<Schema>& store, Record record) {
    return put(store, std::vector<Record>{std::move(record)});
}

/// The records under a load key. @throws shop::failure if the store does not answer.
template <class Record, class Schema>
std::vector<Record> load_group(record_store<Schema>& store, std::type_identity_t<load_key_of<Record>> key) {
    auto keys = std::make_shared<key_set<Schema>>();
    keys->template add<Record>(std::move(key));
    auto rows = run(store.load(std::shared_ptr<key_set<Schema> const>(keys))).value();
    auto const& found = rows->template groups<Record>().front();
    return {found.begin(), found.end()};
}
/// The first record under a load key. @throws shop::failure if the store does not answer.
template <class Record, class Schema>
std::optional<Record> load_one(record_store<Schema>& store, std::type_identity_t<load_key_of<Record>> key) {
    auto found = load_group<Record>(store, std::move(key));
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

/// One page of a table. @throws shop::failure if the store does not answer.
template <class Record, class Schema>
std::vector<Record> scan_page(record_store<Schema>& store, std::type_identity_t<std::optional<key_of<Record>>> after,
                              std::size_t limit) {
    return run(store.template scan<Record>(std::move(after), limit)).value();
}

/// A table from end to end, `page` records at a time.
/// @throws std::runtime_error if the store does not get on, shop::failure if it does not answer.
template <class Record, class Schema>
std::vector<Record> scan_all(record_store<Schema>& store, std::size_t page = 100) {
    std::vector<Record> out;
    for (std::optional<key_of<Record>> after;;) {
        auto next = scan_page<Record>(store, after, page);
        if (after && !next.empty() && key_of_record(next.back()) <= *after)
            throw std::runtime_error("a scan in circles");
        out.insert(out.end(), next.begin(), next.end());
        if (next.size() < page) return out;
        after = key_of_record(out.back());
    }
}

}  // namespace shop::testing
