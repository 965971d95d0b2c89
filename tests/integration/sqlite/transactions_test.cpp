#include <future>
#include <thread>

#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include "own_schema.hpp"

namespace own {
namespace {

class sqlite_transactions : public bench {
protected:
    /// Holds the writer in a decision, so that what is sent meanwhile waits together.
    class held {
    public:
        explicit held(own::store& in) {
            auto blocks = puts([this](auto&) {
                entered_.set_value();
                released_.get_future().wait();
            });
            answer_ = send(in, blocks);
            entered_.get_future().wait();
        }
        void release() {
            released_.set_value();
            EXPECT_TRUE(answer_.get());
        }

    private:
        std::promise<void> entered_, released_;
        std::future<result<void>> answer_;
    };

    static asio::thread_pool& callers() {
        static asio::thread_pool pool(1);
        return pool;
    }
    /// The batch waits in the writer's queue when this returns.
    static std::future<result<void>> send(own::store& in, std::shared_ptr<batch> b) {
        auto future = asio::co_spawn(callers(), in.transact(std::move(b)), asio::use_future);
        // One thread runs the callers: what is posted behind runs when the batch was handed over.
        asio::post(callers(), asio::use_future([] {})).get();
        return future;
    }
};

TEST_F(sqlite_transactions, of_all_waiting_batches_are_one_commit) {
    auto shop = open().value();
    held writer(*shop.store);
    std::vector<std::future<result<void>>> answers;
    for (int i = 0; i < 64; ++i) answers.push_back(send(*shop.store, puts_note("w" + std::to_string(i))));
    writer.release();
    for (auto& a : answers) EXPECT_TRUE(a.get());
    auto counts = statistics->snapshot();
    EXPECT_EQ(counts.commits, 1u);
    EXPECT_EQ(counts.rows["own_note"], 64u);
    EXPECT_EQ(wait(shop.store->notes(0, 100)).value().size(), 64u);
}

TEST_F(sqlite_transactions, that_write_nothing_are_no_commit) {
    auto shop = open().value();
    EXPECT_TRUE(wait(shop.store->transact(puts([](auto&) {}))));
    EXPECT_EQ(statistics->snapshot().commits, 0u);
}

TEST_F(sqlite_transactions, lose_only_the_batch_that_fails_its_neighbours_stay) {
    auto shop = open().value();
    held writer(*shop.store);
    auto first = send(*shop.store, puts_note("first"));
    auto broken = send(*shop.store, puts([](auto& out) {
        out.put(named("half"));
        out.put(named("negative", -1));  // the schema refuses it
    }));
    auto throwing = send(*shop.store, puts([](auto&) { throw std::logic_error("a rule with a defect"); }));
    auto last = send(*shop.store, puts_note("last"));
    writer.release();

    EXPECT_TRUE(first.get());
    EXPECT_EQ(broken.get().error().code(), error_code::internal);
    EXPECT_EQ(throwing.get().error().code(), error_code::internal);
    EXPECT_TRUE(last.get());
    auto notes = wait(shop.store->notes(0, 10)).value();
    EXPECT_EQ(notes, (std::vector<note>{{1, "first"}, {2, "last"}}));
    EXPECT_TRUE(things(*shop.store, "half").empty());
    auto counts = statistics->snapshot();
    EXPECT_EQ(counts.rows["own_note"], 2u);
    EXPECT_EQ(counts.rows["own_thing"], 0u);
}

TEST_F(sqlite_transactions, rerun_a_batch_that_conflicts_on_fresh_records) {
    auto shop = open().value();
    ASSERT_TRUE(wait(shop.store->transact(puts_note("taken"))));
    std::vector<unsigned> attempts;
    auto yielding = std::make_shared<batch>(batch::keys{}, [&](auto const&, attempt const& now) {
        attempts.push_back(now.number);
        changes<schema> out;
        out.put(note{0, attempts.size() < 3 ? "taken" : "free"});
        return boost::system::result<changes<schema>, batch::keys>(std::move(out));
    });
    EXPECT_TRUE(wait(shop.store->transact(yielding)));
    EXPECT_EQ(attempts, (std::vector<unsigned>{1, 2, 3}));
    EXPECT_EQ(wait(shop.store->notes(1, 10)).value(), (std::vector<note>{{2, "free"}}));
}

TEST_F(sqlite_transactions, load_more_keys_when_a_decision_asks_for_them) {
    auto shop = open().value();
    ASSERT_TRUE(wait(shop.store->transact(puts([](auto& out) {
        out.put(named("a", 1));
        out.put(named("b", 2));
    }))));
    key_set<schema> keys;
    keys.add<thing>("b");
    auto sums = std::make_shared<batch>(
        keys,
        [](loaded_rows<schema> const& rows, attempt const&) -> boost::system::result<changes<schema>, batch::keys> {
            if (!rows.slot<thing>(load_key_of<thing>{"a"})) {
                batch::keys more;
                more.add<thing>("a");
                return more;
            }
            changes<schema> out;
            auto sum = *rows.find<thing>("b");
            sum.count += rows.find<thing>("a")->count;
            out.put(sum);
            return out;
        });
    EXPECT_TRUE(wait(shop.store->transact(sums)));
    EXPECT_EQ(sums->runs, 2u);
    EXPECT_EQ(things(*shop.store, "b").at(0).count, 3);
}

TEST_F(sqlite_transactions, see_what_the_batch_before_wrote_in_the_same_commit) {
    auto shop = open().value();
    ASSERT_TRUE(wait(shop.store->transact(puts([](auto& out) { out.put(named("stock", 1)); }))));
    auto takes = [] {
        key_set<schema> keys;
        keys.add<thing>("stock");
        return std::make_shared<batch>(keys, [](loaded_rows<schema> const& rows, attempt const&) {
            changes<schema> out;
            auto stock = *rows.find<thing>("stock");
            if (stock.count > 0) {
                --stock.count;
                out.put(stock);
                out.put(note{0, "sold"});
            }
            return boost::system::result<changes<schema>, batch::keys>(std::move(out));
        });
    };
    held writer(*shop.store);
    auto one = send(*shop.store, takes());
    auto two = send(*shop.store, takes());
    writer.release();
    EXPECT_TRUE(one.get());
    EXPECT_TRUE(two.get());
    EXPECT_EQ(wait(shop.store->notes(0, 10)).value().size(), 1u);
    EXPECT_EQ(things(*shop.store, "stock").at(0).count, 0);
}

TEST_F(sqlite_transactions, are_finished_before_the_store_closes) {
    std::future<result<void>> answer;
    {
        auto shop = open().value();
        held writer(*shop.store);
        answer = send(*shop.store, puts_note("queued"));
        writer.release();
    }
    EXPECT_TRUE(answer.get());
    EXPECT_EQ(wait(open().value().store->notes(0, 10)).value().size(), 1u);
}

TEST_F(sqlite_transactions, beyond_the_queue_are_refused_at_once) {
    storage::sqlite_options options;
    options.queue_max = 2;
    auto shop = open(options).value();
    held writer(*shop.store);
    auto one = send(*shop.store, puts_note("one"));
    auto two = send(*shop.store, puts_note("two"));
    auto three = send(*shop.store, puts_note("three"));
    writer.release();
    EXPECT_TRUE(one.get());
    EXPECT_TRUE(two.get());
    EXPECT_EQ(three.get().error().code(), error_code::overloaded);
}

TEST_F(sqlite_transactions, on_a_full_disk_are_refused_whole_while_reads_go_on) {
    storage::sqlite_options options;
    options.pages_max = 24;
    auto shop = open(options).value();
    ASSERT_TRUE(wait(shop.store->transact(puts_note("small"))));
    auto large = puts([](auto& out) {
        out.put(note{0, "with the large one"});
        auto t = named("large");
        t.text.assign(200'000, 'x');
        out.put(t);
    });
    auto full = wait(shop.store->transact(large));
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().code(), error_code::store_unavailable);
    EXPECT_EQ(wait(shop.store->notes(0, 10)).value().size(), 1u);
    EXPECT_TRUE(things(*shop.store, "large").empty());
    // It recovers without a restart: what fits is written.
    EXPECT_TRUE(wait(shop.store->transact(puts_note("fits"))));
    EXPECT_EQ(wait(shop.store->notes(0, 10)).value(), (std::vector<note>{{1, "small"}, {2, "fits"}}));
}

TEST_F(sqlite_transactions, leave_a_log_that_stays_small) {
    auto shop = open().value();
    std::uintmax_t largest = 0;
    for (int i = 0; i < 60; ++i) {
        ASSERT_TRUE(wait(shop.store->transact(puts([&](auto& out) {
            auto t = named("t" + std::to_string(i));
            t.text.assign(2'000'000, 'x');
            out.put(t);
        }))));
        largest = std::max(largest, std::filesystem::file_size(dir.file() + "-wal"));
    }
    EXPECT_LT(largest, 64u * 1024 * 1024);
}

TEST(sqlite_sync_failure, stops_the_process) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH((void)sqlite::classify(SQLITE_IOERR_FSYNC), "failed to sync the store");
}

}  // namespace
}  // namespace own
