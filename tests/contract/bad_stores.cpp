#include "bad_stores.hpp"

#include <array>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <tuple>

#include <shop/storage/memory.hpp>
#include <shop/testing/detail/forwarding_store.hpp>
#include <shop/testing/store_contracts.hpp>

namespace bad_stores {

using namespace shop;

namespace {

template <class Record>
void spoil(Record& r) {
    for_each_field<Record>([&](auto const& f) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(r.*f.pointer)>, std::string>) {
            while ((r.*f.pointer).ends_with(' ')) (r.*f.pointer).pop_back();
        }
    });
}

template <class Schema, class F>
void for_each_put(changes<Schema>& of, F f) {
    Schema::for_each([&]<class Record>() {
        for (auto& r : of.template puts<Record>()) f(r);
    });
}

/// Leaves of the puts those that `keep(number)` wants, counted over all tables.
template <class Schema, class Keep>
void filter_puts(changes<Schema>& of, Keep keep) {
    std::size_t number = 0;
    Schema::for_each([&]<class Record>() {
        std::erase_if(of.template puts<Record>(), [&](Record const&) { return !keep(number++); });
    });
}

/// A batch that the store gets to see wrongly.
template <class Schema>
class spoiled_batch final : public shop::testing::detail::forwarding_batch<Schema> {
    using base = shop::testing::detail::forwarding_batch<Schema>;

public:
    spoiled_batch(std::shared_ptr<decision_batch<Schema>> inner, defect which)
        : base(std::move(inner)), defect_(which) {}

    typename base::decided decide(loaded_rows<Schema> const& rows, attempt const& now) override {
        if (defect_ == defect::decides_once && decided_) return changes<Schema>{};
        if (defect_ == defect::takes_a_throw_for_success) {
            try {
                return base::decide(rows, now);
            } catch (std::exception const&) {
                return changes<Schema>{};
            }
        }
        auto out = defect_ == defect::believes_what_is_expected ? base::decide(as_expected(rows), now)
                                                                : base::decide(rows, now);
        if (!out) return out;
        decided_ = true;
        if (defect_ == defect::acknowledges_without_committing) return changes<Schema>{};
        if (defect_ == defect::loses_the_second_write) filter_puts(*out, [](std::size_t n) { return n != 1; });
        if (defect_ == defect::spoils_texts) for_each_put(*out, [](auto& r) { spoil(r); });
        if (defect_ == defect::drops_erasures) {
            Schema::for_each([&]<class Record>() { out->template erases<Record>().clear(); });
        }
        seen_ = *out;
        return out;
    }
    changes<Schema> const& seen() const { return seen_; }

private:
    loaded_rows<Schema> as_expected(loaded_rows<Schema> rows) {
        expected_ = base::expected();
        Schema::for_each([&]<class Record>() {
            if constexpr (can_be_expected<Record>) {
                for (auto const& one : std::as_const(expected_).template of<Record>()) {
                    auto& group = rows.template groups<Record>()[*rows.template slot<Record>(one.key)];
                    group = one.record ? std::span(one.record, 1) : std::span<Record const>();
                }
            }
        });
        return rows;
    }

    defect defect_;
    expected_rows<Schema> expected_;
    bool decided_ = false;
    changes<Schema> seen_;
};

/// Writes what was decided elsewhere, whatever stands there now.
template <class Schema>
class forced_batch final : public decision_batch<Schema> {
public:
    forced_batch(changes<Schema> what, bool whatever_stands)
        : what_(std::move(what)), whatever_stands_(whatever_stands) {}

    key_set<Schema> wanted() const override {
        key_set<Schema> keys;
        for_each_put(what_, [&]<class Record>(Record const& r) { keys.template add<Record>(load_key_of_record(r)); });
        return keys;
    }
    boost::system::result<changes<Schema>, key_set<Schema>> decide(loaded_rows<Schema> const& rows,
                                                                   attempt const&) override {
        auto out = what_;
        if (!whatever_stands_) return out;
        for_each_put(out, [&]<class Record>(Record& r) {
            if constexpr (!is_log<Record>) {
                r.revision = 0;
                for (auto const& there : rows.template group<Record>(load_key_of_record(r))) {
                    if (key_of_record(there) == key_of_record(r)) r.revision = there.revision;
                }
            }
        });
        return out;
    }

private:
    changes<Schema> mutable what_;
    bool whatever_stands_;
};

template <class Schema>
std::shared_ptr<decision_batch<Schema>> forced(changes<Schema> what, bool whatever_stands) {
    return std::make_shared<forced_batch<Schema>>(std::move(what), whatever_stands);
}

template <class Schema>
std::shared_ptr<record_store<Schema>> store_for(stores const& in) {
    if constexpr (std::is_same_v<Schema, products::store_schema>) {
        return in.products;
    } else if constexpr (std::is_same_v<Schema, inventory::store_schema>) {
        return in.inventory;
    } else if constexpr (std::is_same_v<Schema, orders::store_schema>) {
        return in.orders;
    } else {
        return in.notifications;
    }
}
template <class Port>
Port& port_of(stores const& in) {
    if constexpr (std::is_same_v<Port, products::store>) {
        return *in.products;
    } else if constexpr (std::is_same_v<Port, inventory::store>) {
        return *in.inventory;
    } else if constexpr (std::is_same_v<Port, orders::store>) {
        return *in.orders;
    } else {
        return *in.notifications;
    }
}

template <class Record>
void spoil_list(defect which, std::vector<Record>& list) {
    if (which == defect::returns_lists_unsorted) std::reverse(list.begin(), list.end());
    if (which == defect::drops_the_last_of_a_list && list.size() > 1) list.pop_back();
    if constexpr (is_log<Record>) {
        if (which == defect::gives_positions_twice) {
            for (auto& r : list) r.position = (r.position + 1) / 2;
        }
        if (which == defect::shows_commits_out_of_order && list.size() > 1) std::swap(list.front(), list.back());
    }
}
template <class Answer>
void spoil_list(defect, Answer&) {}

/// The policy of all bad stores.
class bad : public shop::testing::detail::passing_on {
public:
    bad(defect which, stores behind) : defect_(which), behind_(std::move(behind)) {}

    template <class Schema>
    asio::awaitable<result<void>> transact(std::shared_ptr<record_store<Schema>> inner,
                                           std::shared_ptr<decision_batch<Schema>> batch) {
        if (defect_ == defect::ignores_revisions) co_return co_await overwrite(*inner, *batch);
        auto spoiled = std::make_shared<spoiled_batch<Schema>>(batch, defect_);
        std::shared_ptr<decision_batch<Schema>> passed = spoiled;
        if (defect_ == defect::writes_in_two_transactions) co_return co_await write_in_two(*inner, *spoiled);
        auto done = co_await inner->transact(passed);
        if (done && defect_ == defect::commits_twice) done = co_await inner->transact(passed);
        if (done && defect_ == defect::answers_stale_reads) co_await let_behind_catch_up(spoiled->seen());
        co_return done;
    }

    template <class Port, class Call>
    auto read(std::shared_ptr<Port> inner, Call call) {
        using answer = decltype(call(*inner));
        return read_spoiled<answer>(std::move(inner), std::move(call));
    }

    template <class Port>
    store_epoch epoch(Port const& inner) {
        auto epoch = inner.epoch();
        if (defect_ == defect::changes_its_epoch) epoch.value.bytes[15] ^= ++epochs_;
        return epoch;
    }

private:
    template <class Answer, class Port, class Call>
    Answer read_spoiled(std::shared_ptr<Port> inner, Call call) {
        auto& from = defect_ == defect::answers_stale_reads ? port_of<Port>(behind_) : *inner;
        auto read = co_await call(from);
        if (read) spoil_list(defect_, *read);
        co_return read;
    }

    /// Reads, decides, and writes later: what others wrote in between is lost.
    template <class Schema>
    asio::awaitable<result<void>> overwrite(record_store<Schema>& inner, decision_batch<Schema>& batch) {
        auto keys = batch.wanted();
        keys.normalise();
        for (attempt now{{}, 1};; ++now.number) {
            auto shared = std::make_shared<key_set<Schema> const>(keys);
            auto rows = co_await inner.load(shared);
            if (!rows) co_return rows.error();
            auto decided = batch.decide(**rows, now);
            if (!decided) {
                keys.merge(decided.error());
                continue;
            }
            auto write = forced(std::move(*decided), true);
            co_return co_await inner.transact(std::move(write));
        }
    }

    template <class Schema>
    asio::awaitable<result<void>> write_in_two(record_store<Schema>& inner, spoiled_batch<Schema>& batch) {
        auto keys = batch.wanted();
        keys.normalise();
        for (attempt now{{}, 1};; ++now.number) {
            auto shared = std::make_shared<key_set<Schema> const>(keys);
            auto rows = co_await inner.load(shared);
            if (!rows) co_return rows.error();
            auto decided = batch.decide(**rows, now);
            if (!decided) {
                keys.merge(decided.error());
                continue;
            }
            auto first = *decided;
            filter_puts(first, [](std::size_t n) { return n % 2 == 0; });
            auto second = std::move(*decided);
            filter_puts(second, [](std::size_t n) { return n % 2 == 1; });
            auto write_first = forced(std::move(first), false);
            auto done = co_await inner.transact(std::move(write_first));
            if (!done) co_return done;
            auto write_second = forced(std::move(second), false);
            co_return co_await inner.transact(std::move(write_second));
        }
    }

    /// A copy that is one commit behind.
    template <class Schema>
    asio::awaitable<void> let_behind_catch_up(changes<Schema> now) {
        std::optional<changes<Schema>> before;
        {
            std::lock_guard lock(mutex_);
            auto& late = std::get<std::optional<changes<Schema>>>(late_);
            before = std::move(late);
            late = std::move(now);
        }
        if (!before) co_return;
        auto write = forced(std::move(*before), true);
        (void)co_await store_for<Schema>(behind_)->transact(std::move(write));
    }

    defect defect_;
    stores behind_;
    std::mutex mutex_;
    std::tuple<std::optional<changes<products::store_schema>>, std::optional<changes<inventory::store_schema>>,
               std::optional<changes<orders::store_schema>>, std::optional<changes<notifications::store_schema>>>
        late_;
    std::uint8_t epochs_ = 0;
};

stores spoil(defect which, stores good, storage::context const& with) {
    return shop::testing::detail::forward(std::move(good),
                                          std::make_shared<bad>(which, storage::memory()(with).value()));
}

/// Plays a durable store: what was opened first is handed out again, unless it forgets.
class remembering_source final : public shop::testing::store_source {
public:
    explicit remembering_source(defect which) : defect_(which) {}
    result<stores> open(storage::context const& with) override {
        if (!kept_ || defect_ == defect::forgets_when_reopened) kept_ = storage::memory()(with).value();
        return spoil(defect_, *kept_, with);
    }

private:
    defect defect_;
    std::optional<stores> kept_;
};

}  // namespace

void register_contracts(defect which) {
    shop::testing::store_subject subject;
    subject.durable = true;
    subject.fresh = [which] { return std::make_unique<remembering_source>(which); };
    shop::testing::register_store_contracts("bad", subject);
}

}  // namespace bad_stores
