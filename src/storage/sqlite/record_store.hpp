#pragma once

#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <shop/records/record.hpp>
#include <shop/storage/detail/scans.hpp>

#include "database.hpp"
#include "storage/completion.hpp"
#include "tables.hpp"

namespace shop::sqlite {

/// The tables of one service on each connection of a database. Each part belongs to the thread of its connection.
template <class Schema>
class room;

template <class... Records>
class room<schema<Records...>> {
    using schema_type = schema<Records...>;
    using readers = std::tuple<table_reader<Records>...>;

public:
    /// @pre the database is not started yet.
    /// @throws open_failure if the file lacks a table.
    explicit room(database& of)
        : database_(of),
          readers_(table_reader<Records>(of.writer())...),
          writers_(table_writer<Records>(of.writer(), of.state_of(Records::table, is_log<Records>))...) {
        for (auto& r : of.readers()) beside_.push_back(std::make_unique<readers>(table_reader<Records>(r.on)...));
    }

    /// Loads on a reader's thread.
    status load(reader const& by, loaded_records<schema_type>& records, loaded_rows<schema_type>& rows) {
        return records.fill(*beside_[by.number], rows);
    }

    /// Loads, decides and writes one batch on the writer's thread.
    status run(decision_batch<schema_type>& batch, unsigned& attempts) {
        auto keys = batch.wanted();
        keys.normalise();
        for (;;) {
            loaded_rows<schema_type> rows(keys);
            if (auto read = loaded_.fill(readers_, rows); read != status::ok) return read;
            auto decided = batch.decide(rows, attempt{database_.stamp(), ++attempts});
            if (decided) return write(*decided);
            auto before = count(keys);
            keys.merge(decided.error());
            if (count(keys) == before) throw std::logic_error("a decision asks again for what it was given");
        }
    }

private:
    static std::size_t count(key_set<schema_type> const& keys) { return (keys.template of<Records>().size() + ...); }

    /// Deletes come first: a record may go and come back under its key.
    status write(changes<schema_type>& wanted) {
        auto done = status::ok;
        auto erase = [&]<class Record>() {
            auto& table = std::get<table_writer<Record>>(writers_);
            for (auto const& key : wanted.template erases<Record>()) {
                if (done == status::ok) done = table.erase(key);
            }
        };
        auto put = [&]<class Record>() {
            auto& table = std::get<table_writer<Record>>(writers_);
            for (auto& record : wanted.template puts<Record>()) {
                if (done == status::ok) done = table.put(record);
            }
        };
        schema_type::for_each(erase);
        schema_type::for_each(put);
        return done;
    }

    database& database_;
    readers readers_;
    std::tuple<table_writer<Records>...> writers_;
    loaded_records<schema_type> loaded_;  // its memory is used again and again
    std::vector<std::unique_ptr<readers>> beside_;
};

/// Reads records with hand-written conditions: `select<order_record>(on, "WHERE id > ?1 ORDER BY id LIMIT ?2", out, a,
/// b)`. The condition must be a literal of the program, never made from input.
template <class Record, class... Parameters>
status select(connection& on, char const* condition, std::vector<Record>& out, Parameters const&... parameters) {
    static std::string const head = "SELECT " + columns_of<Record>() + " FROM " + std::string(Record::table) + " ";
    auto& query = on.prepared(head + condition);
    binder to;
    to.start(query);
    (write_column(to, parameters), ...);
    row_digest digest;
    auto read = status::ok;
    while (read == status::ok && query.next()) read = read_record(query, digest, out.emplace_back());
    auto stepped = query.reset();
    if (read == status::corrupt) on.blame(Record::table);
    return read != status::ok ? read : stepped;
}

/// The next records by primary key.
template <class Record>
status next_by_key(connection& on, std::optional<key_of<Record>> const& after, std::size_t limit,
                   std::vector<Record>& out) {
    static std::string const order = "ORDER BY " + key_columns<Record>() + " LIMIT ";
    static std::string const from_start = order + "?1";
    static std::string const from_key = [] {
        constexpr auto members = std::tuple_size_v<key_of<Record>>;
        std::string values;
        for (std::size_t i = 1; i <= members; ++i) values += (i > 1 ? ", ?" : "?") + std::to_string(i);
        return "WHERE (" + key_columns<Record>() + ") > (" + values + ") " + order + "?" + std::to_string(members + 1);
    }();
    if (!after) return select(on, from_start.c_str(), out, limit);
    return std::apply([&](auto const&... member) { return select(on, from_key.c_str(), out, member..., limit); },
                      *after);
}

/// The generic part of a service's store: a storage port over one database.
/// @tparam Port the storage port, derived from `record_store<Schema>`
template <class Port, class Schema>
class stored : public storage::detail::scans<stored<Port, Schema>, Port, Schema> {
public:
    /// @pre the database is not started yet.
    /// @throws open_failure if the file lacks a table.
    explicit stored(std::shared_ptr<database> in)
        : database_(std::move(in)), room_(std::make_shared<room<Schema>>(*database_)) {}

    asio::awaitable<result<void>> transact(std::shared_ptr<decision_batch<Schema>> batch) override {
        return answer_of<void>(std::make_unique<batch_job>(room_, std::move(batch)));
    }

    asio::awaitable<result<std::shared_ptr<loaded_rows<Schema> const>>> load(
        std::shared_ptr<key_set<Schema> const> keys) override {
        using answer = std::shared_ptr<loaded_rows<Schema> const>;
        auto work = [room = room_, keys = std::move(keys)](reader& by, answer& out) {
            auto records = std::make_shared<loaded_records<Schema>>();
            auto rows = std::make_shared<loaded_rows<Schema>>(*keys);
            auto done = room->load(by, *records, *rows);
            rows->keep(std::move(records));
            rows->keep(std::const_pointer_cast<key_set<Schema>>(keys));
            out = std::move(rows);
            return done;
        };
        return read<answer>(std::move(work));
    }

    /// What `scan` of each record type comes to.
    template <class Record>
    asio::awaitable<result<std::vector<Record>>> scan_table(std::optional<key_of<Record>> after, std::size_t limit) {
        auto work = [after = std::move(after), limit](reader& by, std::vector<Record>& out) {
            return next_by_key(by.on, after, limit, out);
        };
        return read<std::vector<Record>>(std::move(work));
    }

    store_epoch epoch() const override { return database_->epoch(); }
    bool exclusive() const override { return database_->exclusive(); }

protected:
    /// Runs `work(reader&, Answer&) -> status` on a reader's thread, in one snapshot with the reads beside it.
    template <class Answer, class Work>
    asio::awaitable<result<Answer>> read(Work work) {
        return answer_of<Answer>(std::make_unique<reading_job<Answer, Work>>(std::move(work)));
    }

private:
    class batch_job final : public write_job {
    public:
        batch_job(std::shared_ptr<room<Schema>> in, std::shared_ptr<decision_batch<Schema>> batch)
            : room_(std::move(in)), batch_(std::move(batch)) {}
        status run() override { return room_->run(*batch_, attempts_); }
        void answer(result<void> outcome) override {
            batch_.reset();  // what it owns goes where its owner runs
            caller->complete(std::move(outcome));
        }
        std::unique_ptr<storage::completion<void>> caller;

    private:
        std::shared_ptr<room<Schema>> room_;
        std::shared_ptr<decision_batch<Schema>> batch_;
        unsigned attempts_ = 0;
    };

    template <class Answer, class Work>
    class reading_job final : public read_job {
    public:
        explicit reading_job(Work work) : work_(std::move(work)) {}
        status run(reader& by) override { return work_(by, answer_); }
        void answer(error const* failure) override {
            if (failure) {
                caller->complete(*failure);
            } else {
                caller->complete(std::move(answer_));
            }
        }
        std::unique_ptr<storage::completion<Answer>> caller;

    private:
        Work work_;
        Answer answer_{};
    };

    /// Hands a job over and resumes with its answer. Nothing abandons it: not even a caller that is cancelled.
    template <class Answer, class Job>
    asio::awaitable<result<Answer>> answer_of(std::unique_ptr<Job> job) {
        auto in = database_;
        auto start = [&]<class Handler>(Handler&& handler) {
            job->caller = storage::completion_of<Answer>(std::forward<Handler>(handler));
            in->submit(std::move(job));
        };
        co_return co_await asio::async_initiate<asio::use_awaitable_t<> const, void(result<Answer>)>(
            start, asio::use_awaitable);
    }

    std::shared_ptr<database> database_;
    std::shared_ptr<room<Schema>> room_;
};

}  // namespace shop::sqlite
