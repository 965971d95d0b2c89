#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <shop/records/record.hpp>
#include <shop/storage/detail/scans.hpp>

#include "concurrency_mode.hpp"
#include "expected.hpp"
#include "pool.hpp"
#include "storage/completion.hpp"
#include "tables.hpp"

namespace shop::postgres {

/// What the stores of one database share.
struct database {
    std::shared_ptr<pool<connection>> batches;  ///< and what they load
    std::shared_ptr<pool<session>> lists;
    std::shared_ptr<pool<session>> replica;  ///< may be null
    store_epoch epoch;
};

/// The generic part of a service's store: a storage port over one database.
///
/// A batch writes records of the revisions that it loaded, or is run again. One that is absent has none, so a decision
/// that rests on an absence writes the record that was missing, and meets the unique key of whoever was quicker.
/// @tparam Port the storage port, derived from `record_store<Schema>`
template <class Port, class Schema>
class stored : public storage::detail::scans<stored<Port, Schema>, Port, Schema> {
public:
    explicit stored(database in) : database_(std::move(in)) {}

    asio::awaitable<result<void>> transact(std::shared_ptr<decision_batch<Schema>> batch) override {
        auto job = std::make_unique<batch_job>(*database_.batches, concurrency_mode_, std::move(batch));
        return answer_of<void>(database_.batches, std::move(job));
    }

    asio::awaitable<result<std::shared_ptr<loaded_rows<Schema> const>>> load(
        std::shared_ptr<key_set<Schema> const> keys) override {
        using answer = std::shared_ptr<loaded_rows<Schema> const>;
        bool const together = loaded_records<Schema>::tables_of(*keys) > 1;
        auto work = [keys = std::move(keys)](connection& on, answer& out) {
            auto records = std::make_shared<loaded_records<Schema>>();
            auto found = std::make_shared<loaded_rows<Schema>>(*keys);
            loaded_records<Schema>::ask(on, *keys, loaded_records<Schema>::purpose::reading);
            records->fill(on.flush(), *keys, *found);
            found->keep(std::move(records));
            found->keep(std::const_pointer_cast<key_set<Schema>>(keys));
            out = std::move(found);
        };
        return read_over<answer>(database_.batches, std::move(work), together);
    }

    /// What `scan` of each record type comes to.
    template <class Record>
    asio::awaitable<result<std::vector<Record>>> scan_table(std::optional<key_of<Record>> after, std::size_t limit) {
        auto work = [after = std::move(after), limit](session& on, std::vector<Record>& out) {
            next_by_key(on, after, limit, out);
        };
        return read<std::vector<Record>>(std::move(work));
    }

    store_epoch epoch() const override { return database_.epoch; }
    bool exclusive() const override { return database_.batches->options().exclusive; }

protected:
    /// Runs `work(session&, Answer&)` on a session's thread.
    template <class Answer, class Work>
    asio::awaitable<result<Answer>> read(Work work) {
        return read_over<Answer>(database_.lists, std::move(work), false);
    }
    /// The same for what may lag behind: on the replica, if there is one that answers.
    template <class Answer, class Work>
    asio::awaitable<result<Answer>> read_replica(Work work) {
        if (database_.replica) {
            auto found = co_await read_over<Answer>(database_.replica, work, false);
            if (found || found.error().code() != error_code::store_unavailable) co_return found;
        }
        co_return co_await read<Answer>(std::move(work));
    }

private:
    /// Runs `work(Link&, Answer&)`.
    /// @param together whether its statements must read one snapshot
    template <class Answer, class Link, class Work>
    asio::awaitable<result<Answer>> read_over(std::shared_ptr<pool<Link>> on, Work work, bool together) {
        // Behind a pooler the settings of the shop come with a transaction, and so does the right plan.
        together = together || database_.batches->options().pooler == storage::postgres_pooler::transaction;
        auto job = std::make_unique<reading_job<Link, Answer, Work>>(std::move(work), together);
        return answer_of<Answer>(std::move(on), std::move(job));
    }

    /// One batch: load, decide, write, commit.
    class batch_job final : public job<connection> {
    public:
        batch_job(pool<connection>& in, std::shared_ptr<postgres::concurrency_mode> with,
                  std::shared_ptr<decision_batch<Schema>> batch)
            : pool_(in), concurrency_mode_(std::move(with)), batch_(std::move(batch)) {}

        void attempt(connection& on) override {
            auto how = concurrency_mode_->next(before_);
            auto const expected =
                how == concurrency_mode::kind::speculative ? batch_->expected() : expected_rows<Schema>();
            if (how == concurrency_mode::kind::speculative && expected.empty())
                how = concurrency_mode::kind::optimistic;
            before_ = how;
            auto keys = batch_->wanted();
            keys.normalise();
            transaction writing(on, transaction::kind::writing);
            auto wanted = decide(on, keys, expected,
                                 how == concurrency_mode::kind::pessimistic ? purpose::locking : purpose::deciding);
            if (!queue_changes<Schema>(on, wanted)) return;
            writing.commit();
            if (pool_.options().statistics) ++pool_.options().statistics->commits;
        }

        void answer(error const* failure) override {
            batch_.reset();  // what it owns goes where its owner runs
            failure ? caller->complete(*failure) : caller->complete({});
        }
        std::unique_ptr<storage::completion<void>> caller;

    private:
        using purpose = typename loaded_records<Schema>::purpose;

        changes<Schema> decide(connection& on, key_set<Schema>& keys, expected_rows<Schema> const& expected,
                               purpose why) {
            bool guess = !expected.empty();
            for (;;) {
                loaded_records<Schema> records;
                loaded_rows<Schema> found(keys);
                auto const missing = guess ? take_expected(expected, found) : keys;
                loaded_records<Schema>::ask(on, missing, why);
                if (!missing.empty()) records.fill(on.flush(), missing, found);
                auto decided = batch_->decide(found, shop::attempt{pool_.stamp(), ++attempts_});
                if (!decided) {
                    auto const before = count(keys);
                    keys.merge(decided.error());
                    if (count(keys) == before) throw std::logic_error("a decision asks again for what it was given");
                } else if (guess && !writes_all(expected, *decided)) {
                    guess = false;  // nothing would tell whether it was right
                } else {
                    return std::move(*decided);
                }
            }
        }
        static std::size_t count(key_set<Schema> const& keys) {
            std::size_t sum = 0;
            Schema::for_each([&]<class Record>() { sum += keys.template of<Record>().size(); });
            return sum;
        }

        pool<connection>& pool_;
        std::shared_ptr<postgres::concurrency_mode> concurrency_mode_;
        std::shared_ptr<decision_batch<Schema>> batch_;
        std::optional<concurrency_mode::kind> before_;
        unsigned attempts_ = 0;
    };

    template <class Link, class Answer, class Work>
    class reading_job final : public job<Link> {
    public:
        reading_job(Work work, bool together) : work_(std::move(work)), together_(together) {}
        void attempt(Link& on) override {
            answer_ = Answer{};
            if (!together_) return work_(on, answer_);
            typename Link::snapshot within(on);
            work_(on, answer_);
            within.commit();
        }
        void answer(error const* failure) override {
            failure ? caller->complete(*failure) : caller->complete(std::move(answer_));
        }
        std::unique_ptr<storage::completion<Answer>> caller;

    private:
        Work work_;
        bool together_;
        Answer answer_{};
    };

    /// Hands a job over and resumes with its answer. Nothing abandons it: not even a caller that is cancelled.
    template <class Answer, class Link, class Job>
    asio::awaitable<result<Answer>> answer_of(std::shared_ptr<pool<Link>> to, std::unique_ptr<Job> job) {
        auto start = [&]<class Handler>(Handler&& handler) {
            job->caller = storage::completion_of<Answer>(std::forward<Handler>(handler));
            to->submit(std::move(job));
        };
        co_return co_await asio::async_initiate<asio::use_awaitable_t<> const, void(result<Answer>)>(
            start, asio::use_awaitable);
    }

    database database_;
    std::shared_ptr<postgres::concurrency_mode> concurrency_mode_ = std::make_shared<postgres::concurrency_mode>();
};

}  // namespace shop::postgres
