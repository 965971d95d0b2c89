#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <shop/core/describe.hpp>
#include <shop/core/result.hpp>
#include <shop/core/time.hpp>
#include <shop/core/uuid.hpp>

/// The storage port: load, decide, write.
///
/// A service's state is a `schema` of record types. A store loads and locks the records that a batch names, calls the
/// batch's pure decision, and writes what it returned, all in one transaction. Adapters know nothing of the rules: they
/// move records, whose columns follow from their description.
///
/// A record type is a described struct with
///   - `static constexpr std::string_view table`, its name in a store,
///   - `static constexpr auto key()`, a tuple of pointers to the members of its primary key,
///   - `static constexpr std::size_t load_key_size`: how many leading members of the key name the group of records that
///     is loaded together (all of them, unless a group is wanted),
///   - and either `std::uint64_t revision`, described as "revision" (0 until first written; the store raises it by one
///     on every write, and a write of any other revision is a conflict),
///   - or, for a log, `std::uint64_t position`, described as "position": given by the store, rising in the order of
///   commits.
namespace shop {

namespace asio = boost::asio;

namespace detail {

template <class T>
struct member_of;
template <class Owner, class Member>
struct member_of<Member Owner::*> {
    using type = Member;
};

template <class Tuple, std::size_t... I>
auto take_members(std::index_sequence<I...>) -> std::tuple<typename member_of<std::tuple_element_t<I, Tuple>>::type...>;

template <class T, class... Ts>
consteval std::size_t index_of() {
    std::size_t at = 0;
    bool found = ((std::is_same_v<T, Ts> ? true : (++at, false)) || ...);
    return found ? at : sizeof...(Ts);
}

}  // namespace detail

/// The primary key of a record type, as a tuple of its members' types.
template <class Record>
using key_of = decltype(detail::take_members<decltype(Record::key())>(
    std::make_index_sequence<std::tuple_size_v<decltype(Record::key())>>{}));

/// The leading part of the primary key by which records are loaded.
template <class Record>
using load_key_of =
    decltype(detail::take_members<decltype(Record::key())>(std::make_index_sequence<Record::load_key_size>{}));

/// Whether a record is a line of a log: the store gives it its `position`.
template <class Record>
inline constexpr bool is_log = requires(Record r) {
    r.position;
};

/// Whether a record is loaded by itself, not with a group: see `expected_rows`.
template <class Record>
inline constexpr bool can_be_expected = !is_log<Record> && Record::load_key_size == std::tuple_size_v<key_of<Record>>;

/// A copy of the members that its key names.
template <class Record>
key_of<Record> key_of_record(Record const& r) {
    return std::apply([&](auto... member) { return key_of<Record>{r.*member...}; }, Record::key());
}

namespace detail {
template <class Record, std::size_t... I>
load_key_of<Record> load_key(Record const& r, std::index_sequence<I...>) {
    return load_key_of<Record>{r.*std::get<I>(Record::key())...};
}
}  // namespace detail

/// A copy of the first `load_key_size` members of its key.
template <class Record>
load_key_of<Record> load_key_of_record(Record const& r) {
    return detail::load_key(r, std::make_index_sequence<Record::load_key_size>{});
}

/// The record types of one service.
template <class... Records>
struct schema {
    /// A tuple of `F` of each record type, in their order.
    template <template <class> class F>
    using map = std::tuple<F<Records>...>;
    /// The place of a record type among those of the schema.
    template <class Record>
    static constexpr std::size_t index = detail::index_of<Record, Records...>();

    /// Calls `f.template operator()<Record>()` for each record type.
    template <class F>
    static constexpr void for_each(F&& f) {
        (f.template operator()<Records>(), ...);
    }
};

/// The records that a batch wants loaded and locked. Absent ones are legal.
template <class Schema>
class key_set {
    template <class Record>
    using keys_of = std::vector<load_key_of<Record>>;

public:
    /// Repeats do no harm; `normalize` drops them.
    template <class Record>
    void add(load_key_of<Record> key) {
        of<Record>().push_back(std::move(key));
    }
    /// The keys of one table.
    template <class Record>
    keys_of<Record>& of() {
        return std::get<Schema::template index<Record>>(keys_);
    }
    /// The keys of one table.
    template <class Record>
    keys_of<Record> const& of() const {
        return std::get<Schema::template index<Record>>(keys_);
    }
    /// Sorts each table's keys and drops repeats: the one total order of locks.
    void normalise() {
        std::apply(
            [](auto&... keys) {
                auto one = [](auto& k) {
                    if (!std::is_sorted(k.begin(), k.end())) std::sort(k.begin(), k.end());
                    k.erase(std::unique(k.begin(), k.end()), k.end());
                };
                (one(keys), ...);
            },
            keys_);
    }
    /// Adds all keys of another set; to be normalized afterwards.
    void merge(key_set const& other) {
        Schema::for_each([&]<class Record>() {
            auto const& more = other.template of<Record>();
            of<Record>().insert(of<Record>().end(), more.begin(), more.end());
        });
        normalise();
    }
    /// Whether no key of any table is asked for.
    bool empty() const {
        return std::apply([](auto const&... keys) { return (keys.empty() && ...); }, keys_);
    }

private:
    typename Schema::template map<keys_of> keys_;
};

/// What a store loaded for a normalised `key_set`: per table and key, in the order of the keys, the group of records
/// found. The records belong to the store or to `keep`; they stay valid and unchanged while the decision runs.
template <class Schema>
class loaded_rows {
    template <class Record>
    using groups_of = std::vector<std::span<Record const>>;

public:
    /// Empty groups for these keys, which must outlive this.
    explicit loaded_rows(key_set<Schema> const& keys) : keys_(&keys) {
        Schema::for_each([&]<class Record>() { groups<Record>().resize(keys.template of<Record>().size()); });
    }

    /// One group per key that was asked for, in their order.
    template <class Record>
    groups_of<Record>& groups() {
        return std::get<Schema::template index<Record>>(groups_);
    }
    /// One group per key that was asked for, in their order.
    template <class Record>
    groups_of<Record> const& groups() const {
        return std::get<Schema::template index<Record>>(groups_);
    }

    key_set<Schema> const& keys() const { return *keys_; }  ///< What was asked for.

    /// Where a key stands among the loaded ones; nothing if the batch did not want it. A tuple of references will do.
    template <class Record, class Key = load_key_of<Record>>
    std::optional<std::size_t> slot(Key const& key) const {
        auto const& sorted = keys_->template of<Record>();
        auto at = std::lower_bound(sorted.begin(), sorted.end(), key);
        if (at == sorted.end() || *at != key) return std::nullopt;
        return static_cast<std::size_t>(at - sorted.begin());
    }
    /// The records under a key; empty if there are none. @pre the batch asked for it.
    template <class Record>
    std::span<Record const> group(load_key_of<Record> const& key) const {
        auto at = slot<Record>(key);
        return at ? groups<Record>()[*at] : std::span<Record const>{};
    }
    /// The one record of a table whose groups hold one record at most.
    template <class Record>
    Record const* find(load_key_of<Record> const& key) const {
        auto found = group<Record>(key);
        return found.empty() ? nullptr : &found.front();
    }

    /// Keeps an owner of loaded records alive for as long as this.
    void keep(std::shared_ptr<void> owner) { owners_.push_back(std::move(owner)); }

private:
    key_set<Schema> const* keys_;
    typename Schema::template map<groups_of> groups_;
    std::vector<std::shared_ptr<void>> owners_;
};

/// What a batch expects to find under some of the keys that it wants: records as they were written or read last, or
/// none.
template <class Schema>
class expected_rows {
    template <class Record>
    struct expectation {
        load_key_of<Record> key;
        Record const* record;  ///< null: none
    };
    template <class Record>
    using expectations_of = std::vector<expectation<Record>>;

public:
    /// @param record lives as long as the batch.
    template <class Record>
    void add(Record const& record) {
        of<Record>().push_back({load_key_of_record(record), &record});
    }
    /// Expects that nothing stands under this key.
    template <class Record>
    void add_absent(load_key_of<Record> key) {
        of<Record>().push_back({std::move(key), nullptr});
    }
    /// What is expected of one table.
    template <class Record>
    expectations_of<Record>& of() {
        static_assert(can_be_expected<Record>, "only a record by itself can be expected, not a group");
        return std::get<Schema::template index<Record>>(expectations_);
    }
    /// What is expected of one table.
    template <class Record>
    expectations_of<Record> const& of() const {
        return std::get<Schema::template index<Record>>(expectations_);
    }
    /// Whether nothing is expected.
    bool empty() const {
        return std::apply([](auto const&... all) { return (all.empty() && ...); }, expectations_);
    }

private:
    typename Schema::template map<expectations_of> expectations_;
};

/// What a decision wants written: an explicit list, nothing leaves by side effect.
template <class Schema>
class changes {
    template <class Record>
    using writes_of = std::vector<Record>;
    template <class Record>
    using erases_of = std::vector<key_of<Record>>;

public:
    /// Writes a record. Revision 0 inserts, and one that stands already is a conflict; any other replaces just that
    /// revision. A record of a log is appended.
    template <class Record>
    void put(Record r) {
        puts<Record>().push_back(std::move(r));
    }
    /// A record that is not there is no error.
    template <class Record>
    void erase(key_of<Record> key) {
        erases<Record>().push_back(std::move(key));
    }
    /// What is inserted, replaced or appended in one table.
    template <class Record>
    writes_of<Record>& puts() {
        return std::get<Schema::template index<Record>>(puts_);
    }
    /// What is inserted, replaced or appended in one table.
    template <class Record>
    writes_of<Record> const& puts() const {
        return std::get<Schema::template index<Record>>(puts_);
    }
    /// The keys that are erased from one table.
    template <class Record>
    erases_of<Record>& erases() {
        return std::get<Schema::template index<Record>>(erases_);
    }
    /// The keys that are erased from one table.
    template <class Record>
    erases_of<Record> const& erases() const {
        return std::get<Schema::template index<Record>>(erases_);
    }
    /// Whether there is nothing to write.
    bool empty() const {
        bool none = true;
        Schema::for_each([&]<class Record>() { none = none && puts<Record>().empty() && erases<Record>().empty(); });
        return none;
    }

private:
    typename Schema::template map<writes_of> puts_;
    typename Schema::template map<erases_of> erases_;
};

/// One run of a decision.
struct attempt {
    timestamp now;          ///< the only time a rule sees
    unsigned number = 1;    ///< rises with each run of the same batch
    std::string_view by{};  ///< the account whose command is decided, for rules that record it
};

/// Commands of one batch and, after `decide`, their answers.
///
/// A store may run a batch again, on any thread but never twice at once: each run starts from fresh records and
/// overwrites the answers of the run before.
template <class Schema>
class decision_batch {
public:
    virtual ~decision_batch() = default;
    /// The records to load and lock. Need not be sorted.
    virtual key_set<Schema> wanted() const = 0;
    /// What it expects to find. A store may decide on that instead of loading it, once, provided that the decision
    /// writes every record expected: then the check of revisions and keys tells whether it was so, and a wrong guess is
    /// a conflict.
    virtual expected_rows<Schema> expected() const { return {}; }
    /// Applies the commands in order, so that item n sees what item n-1 did. Pure.
    /// @return what to write; or more keys, then it is called again with these loaded as well.
    virtual boost::system::result<changes<Schema>, key_set<Schema>> decide(loaded_rows<Schema> const& rows,
                                                                           attempt const& now) = 0;
};

/// What a store implements for each of its tables: `record_store::scan`.
template <class Record>
class record_scan {
public:
    virtual ~record_scan() = default;
    /// As `record_store::scan<Record>`.
    virtual asio::awaitable<result<std::vector<Record>>> scan_records(std::type_identity<Record>,
                                                                      std::optional<key_of<Record>> after,
                                                                      std::size_t limit) = 0;
};

namespace detail {
template <class Schema>
class record_scans;
template <class... Records>
class record_scans<schema<Records...>> : public record_scan<Records>... {
public:
    using record_scan<Records>::scan_records...;
};
}  // namespace detail

/// The part of every storage port that does not depend on the service.
///
/// Transactions are seen whole or not at all, and in the order of their commits: who reads a log up to a position will
/// never find a new record before it.
/// @par Thread safety
/// Shared objects: safe. A call resumes on the executor it was awaited on.
template <class Schema>
class record_store : public detail::record_scans<Schema> {
public:
    /// Reads a table from end to end, a page at a time: the next records by primary key after `after`, at most `limit`;
    /// for a log that is the order of commits.
    /// @par Errors
    /// `store_unavailable`, `store_corrupt`.
    template <class Record>
    asio::awaitable<result<std::vector<Record>>> scan(std::optional<key_of<Record>> after, std::size_t limit) {
        return this->scan_records(std::type_identity<Record>{}, std::move(after), limit);
    }

    /// Runs a batch in one transaction, all or nothing.
    ///
    /// Conflicts rerun it on fresh records, at most `limits::transact_attempts_max` times. It is not abandoned when the
    /// caller is cancelled.
    /// @return success once the changes are durable.
    /// @par Errors
    /// `store_unavailable` (nothing was written), `outcome_unknown` (it may have been: run the same batch again),
    /// `store_corrupt`.
    virtual asio::awaitable<result<void>> transact(std::shared_ptr<decision_batch<Schema>> batch) = 0;

    /// Reads records by key in one consistent snapshot, without locks.
    /// @param keys in any order; what is asked for twice is read once
    /// @par Errors
    /// `store_unavailable`, `store_corrupt`.
    asio::awaitable<result<std::shared_ptr<loaded_rows<Schema> const>>> load(key_set<Schema> keys) {
        keys.normalise();
        return load(std::make_shared<key_set<Schema> const>(std::move(keys)));
    }
    /// What a store implements of it: `keys` are normalised and stay as they are; what it returns keeps them alive.
    virtual asio::awaitable<result<std::shared_ptr<loaded_rows<Schema> const>>> load(
        std::shared_ptr<key_set<Schema> const> keys) = 0;

    /// The store's incarnation id.
    virtual store_epoch epoch() const = 0;
    /// Whether no other process can write here, so that recovery may take everything it finds.
    virtual bool exclusive() const = 0;
};

}  // namespace shop
