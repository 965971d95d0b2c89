#pragma once

#include <mutex>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <shop/core/limits.hpp>
#include <shop/records/record.hpp>
#include <shop/storage/detail/scans.hpp>
#include <shop/storage/storage.hpp>

#include "domain.hpp"
#include "log.hpp"
#include "table.hpp"

namespace shop::memory {

/// The generic part of a service's store: all records of a schema. A mutex stands around each decision and its writes;
/// it is that of the domain.
/// @par Thread safety
/// Shared objects: safe.
template <class Port, class Schema>
class tables : public storage::detail::scans<tables<Port, Schema>, Port, Schema> {
    template <class Record>
    static constexpr bool is_shared = std::is_same_v<Record, key_record>;
    struct elsewhere {};
    template <class Record>
    using table_of = std::conditional_t<is_shared<Record>, elsewhere,
                                        std::conditional_t<is_log<Record>, log<Record>, table<Record>>>;
    template <class Record>
    using rows_of = std::vector<Record>;

public:
    tables(storage::context const& with, std::shared_ptr<domain> in)
        : domain_(std::move(in)), clock_(with.clock), epoch_(with.ids.draw<store_epoch>(with.clock.stamp())) {}

    asio::awaitable<result<void>> transact(std::shared_ptr<decision_batch<Schema>> batch) override {
        co_return run(*batch);
    }

    asio::awaitable<result<std::shared_ptr<loaded_rows<Schema> const>>> load(
        std::shared_ptr<key_set<Schema> const> keys) override {
        co_return copy(std::move(keys));
    }

    template <class Record>
    asio::awaitable<result<std::vector<Record>>> scan_table(std::optional<key_of<Record>> after, std::size_t limit) {
        std::lock_guard lock(domain_->mutex);
        co_return of<Record>().scan(after, limit);
    }

    store_epoch epoch() const override { return epoch_; }
    bool exclusive() const override { return true; }

protected:
    template <class Record>
    auto& of() {
        if constexpr (is_shared<Record>) {
            return domain_->keys;
        } else {
            return std::get<Schema::template index<Record>>(tables_);
        }
    }
    /// To be held while records are read, and no longer than until they are copied: a document fills itself in.
    std::unique_lock<std::mutex> locked() { return std::unique_lock(domain_->mutex); }

private:
    /// @par Errors
    /// What a decision throws: the reason of a `shop::failure`, `internal` otherwise.
    result<void> run(decision_batch<Schema>& batch) {
        try {
            auto keys = batch.wanted();
            keys.normalise();
            changes<Schema> wanted;  // outlives the lock: what was replaced is freed behind it
            std::lock_guard lock(domain_->mutex);
            attempt now{clock_.stamp(), 0};
            for (unsigned conflicts = 0; conflicts < limits::transact_attempts_max; ++conflicts) {
                wanted = decide(batch, keys, now);
                if (write(wanted)) return {};
            }
            return error(error_code::store_unavailable);
        } catch (failure const& e) {
            return e.reason();
        } catch (std::exception const&) {
            return error(error_code::internal);
        }
    }

    changes<Schema> decide(decision_batch<Schema>& batch, key_set<Schema>& keys, attempt& now) {
        for (;;) {
            loaded_rows<Schema> rows(keys);
            Schema::for_each([&]<class Record>() {
                auto const& wanted = keys.template of<Record>();
                auto& groups = rows.template groups<Record>();
                for (std::size_t i = 0; i < wanted.size(); ++i) groups[i] = of<Record>().group(wanted[i]);
            });
            ++now.number;
            auto decided = batch.decide(rows, now);
            if (decided) return std::move(*decided);
            auto before = count(keys);
            keys.merge(decided.error());
            if (count(keys) == before) throw std::logic_error("a decision asks again for what it was given");
        }
    }

    /// All or nothing. Deletes come first: a record may go and come back under its key.
    /// @return false on a conflict.
    bool write(changes<Schema>& wanted) {
        bool done = false;
        try {
            done = put_all(wanted);
        } catch (...) {
            undo_all();
            throw;
        }
        if (!done) {
            undo_all();
            return false;
        }
        Schema::for_each([&]<class Record>() { of<Record>().keep(); });
        return true;
    }
    bool put_all(changes<Schema>& wanted) {
        Schema::for_each([&]<class Record>() {
            for (auto const& key : wanted.template erases<Record>()) of<Record>().erase(key);
        });
        bool done = true;
        Schema::for_each([&]<class Record>() {
            for (auto& r : wanted.template puts<Record>()) {
                if (done) done = of<Record>().put(r);
            }
        });
        return done;
    }
    void undo_all() {
        Schema::for_each([&]<class Record>() { of<Record>().undo(); });
    }

    result<std::shared_ptr<loaded_rows<Schema> const>> copy(std::shared_ptr<key_set<Schema> const> keys) {
        auto rows = std::make_shared<loaded_rows<Schema>>(*keys);
        auto records = std::make_shared<typename Schema::template map<rows_of>>();
        {
            std::lock_guard lock(domain_->mutex);
            Schema::for_each([&]<class Record>() {
                copy_groups(keys->template of<Record>(), rows->template groups<Record>(),
                            std::get<Schema::template index<Record>>(*records));
            });
        }
        rows->keep(std::move(records));
        rows->keep(std::const_pointer_cast<key_set<Schema>>(keys));
        return std::shared_ptr<loaded_rows<Schema> const>(std::move(rows));
    }
    template <class Record>
    void copy_groups(std::vector<load_key_of<Record>> const& keys, std::vector<std::span<Record const>>& groups,
                     std::vector<Record>& to) {
        std::size_t total = 0;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            groups[i] = of<Record>().group(keys[i]);
            total += groups[i].size();
        }
        to.reserve(total);  // so that the groups stay where they are
        for (auto& group : groups) {
            auto start = to.size();
            to.insert(to.end(), group.begin(), group.end());
            group = std::span<Record const>(to).subspan(start);
        }
    }

    static std::size_t count(key_set<Schema> const& keys) {
        std::size_t total = 0;
        Schema::for_each([&]<class Record>() { total += keys.template of<Record>().size(); });
        return total;
    }

    std::shared_ptr<domain> domain_;
    typename Schema::template map<table_of> tables_;
    scheduler& clock_;
    store_epoch epoch_;
};

}  // namespace shop::memory
