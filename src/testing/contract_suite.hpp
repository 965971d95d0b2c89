#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include <shop/records/working_set.hpp>
#include <shop/testing/batch.hpp>
#include <shop/testing/manual_scheduler.hpp>
#include <shop/testing/seeded_ids.hpp>
#include <shop/testing/store_subject.hpp>

#include "samples.hpp"

namespace shop::testing {

/// The stores of one test, fresh and empty.
template <class Room>
struct opened {
    explicit opened(store_subject const& subject) : source(subject.fresh()) { open(); }

    typename Room::port& store() { return *(all.*Room::member); }
    void open() { all = source->open({clock, ids}).value(); }
    void reopen() {
        all = {};
        open();
    }

    manual_scheduler clock;
    seeded_ids ids;
    std::unique_ptr<store_source> source;
    stores all;
};

/// Registers tests with GoogleTest; each gets stores of its own.
template <class Room>
class contract_suite {
    class contract_test : public ::testing::Test {
    public:
        contract_test(store_subject subject, std::function<void(opened<Room>&)> body)
            : subject_(std::move(subject)), body_(std::move(body)) {}
        void TestBody() override {
            opened<Room> with(subject_);
            body_(with);
        }

    private:
        store_subject subject_;
        std::function<void(opened<Room>&)> body_;
    };

public:
    using schema = typename Room::schema;
    using counter = typename Room::counter;
    using counter_key = load_key_of<counter>;

    contract_suite(std::string name, store_subject subject) : name_(std::move(name)), subject_(std::move(subject)) {}

    bool durable() const { return subject_.durable; }
    void test(char const* behaviour, std::function<void(opened<Room>&)> body) {
        // The type of the fixture must be the same for all tests of a suite.
        ::testing::RegisterTest(name_.c_str(), behaviour, nullptr, nullptr, __FILE__, __LINE__,
                                [subject = subject_, body = std::move(body)]() -> contract_test* {
                                    return new contract_test(subject, body);
                                });
    }

private:
    std::string name_;
    store_subject subject_;
};

// What the tests of every service say often. `Room` is one of `samples.hpp`.

template <class Room>
typename Room::counter counter_at(int n, std::int64_t count) {
    auto r = sample<typename Room::counter>::make(n);
    Room::set_count(r, count);
    return r;
}
template <class Room>
auto counter_key(int n) {
    return load_key_of_record(sample<typename Room::counter>::make(n));
}
template <class Room>
key_set<typename Room::schema> counter_keys(std::initializer_list<int> which) {
    key_set<typename Room::schema> keys;
    for (int n : which) keys.template add<typename Room::counter>(counter_key<Room>(n));
    return keys;
}
template <class Room>
std::optional<std::int64_t> count_of(typename Room::port& store, int n) {
    auto found = load_one<typename Room::counter>(store, counter_key<Room>(n));
    return found ? std::optional(Room::count(*found)) : std::nullopt;
}
/// A counter that a test wrote, in loaded rows or a working set. A store that lost it makes the test fail, not crash.
template <class Room, class Rows>
typename Room::counter const& counter_in(Rows const& rows, int n) {
    auto const* found = rows.template find<typename Room::counter>(counter_key<Room>(n));
    if (!found) throw std::runtime_error("a record that was written is not there");
    return *found;
}
template <class Room>
void add_to(working_set<typename Room::schema>& work, int n, std::int64_t by) {
    (void)counter_in<Room>(work, n);
    auto& r = work.template edit<typename Room::counter>(counter_key<Room>(n));
    Room::set_count(r, Room::count(r) + by);
}
/// Adds to a counter that exists, as a rule does: on the loaded record.
template <class Room>
result<void> add(typename Room::port& store, int n, std::int64_t by) {
    using schema = typename Room::schema;
    return transact<schema>(store, counter_keys<Room>({n}), [=](loaded_rows<schema> const& rows, attempt const&) {
        working_set<schema> work(rows);
        add_to<Room>(work, n, by);
        return work.take_changes();
    });
}
/// A record that stands, given back with a revision that it does not have.
template <class Room>
typename Room::counter stale(int n) {
    auto r = counter_at<Room>(n, 666);
    r.revision = 99;
    return r;
}

template <class Record>
void set_revision(Record& r, std::uint64_t to) {
    if constexpr (!is_log<Record>) r.revision = to;
}
template <class Record>
bool equal_but_for_position(Record a, Record b) {
    if constexpr (is_log<Record>) a.position = b.position = 0;
    return a == b;
}

}  // namespace shop::testing
