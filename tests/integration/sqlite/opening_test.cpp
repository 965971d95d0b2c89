#include <sys/stat.h>

#include <fstream>

#include "own_schema.hpp"

namespace own {
namespace {

class sqlite_opening : public bench {
protected:
    error refusal(storage::sqlite_options options = {}, std::span<sqlite::migration const> steps = migrations) {
        auto got = open(options, steps);
        EXPECT_FALSE(got) << "it opened";
        return got ? error() : got.error();
    }
};

using ::testing::Test;

TEST_F(sqlite_opening, refuses_a_file_that_another_server_has_open) {
    auto serving = open().value();
    auto why = refusal();
    EXPECT_EQ(why.code(), error_code::store_unavailable);
    EXPECT_NE(why.message().find("in use by another shop-server"), std::string_view::npos) << why.message();
    EXPECT_NE(why.message().find(dir.file()), std::string_view::npos) << why.message();
}

TEST_F(sqlite_opening, is_free_again_when_the_server_is_gone) {
    { auto serving = open().value(); }
    EXPECT_TRUE(open());
}

TEST_F(sqlite_opening, refuses_a_file_that_is_no_database) {
    std::ofstream(dir.file()) << std::string(5'000, 'x');
    auto why = refusal();
    EXPECT_EQ(why.code(), error_code::store_corrupt);
    EXPECT_NE(why.message().find(dir.file()), std::string_view::npos) << why.message();
}

TEST_F(sqlite_opening, refuses_the_database_of_another_program_and_leaves_it_alone) {
    tamper("CREATE TABLE theirs (a)");
    auto before = std::filesystem::file_size(dir.file());
    auto why = refusal();
    EXPECT_EQ(why.code(), error_code::store_corrupt);
    EXPECT_NE(why.message().find("belongs to another program"), std::string_view::npos) << why.message();
    EXPECT_EQ(std::filesystem::file_size(dir.file()), before);
    EXPECT_FALSE(std::filesystem::exists(dir.file() + "-wal"));
}

TEST_F(sqlite_opening, refuses_a_schema_that_is_newer_than_the_program) {
    { auto created = open().value(); }
    // Version 2, which a program must know to work on it.
    tamper("PRAGMA user_version = 20002");
    auto why = refusal();
    EXPECT_EQ(why.code(), error_code::store_corrupt);
    EXPECT_NE(
        why.message().find("version 2 and needs a program that knows version 2, newer than this program knows (1)"),
        std::string_view::npos)
        << why.message();
}

TEST_F(sqlite_opening, runs_the_migrations_that_are_missing_and_keeps_the_rows) {
    {
        auto created = open().value();
        ASSERT_TRUE(wait(created.store->transact(puts_note("old"))));
    }
    sqlite::migration const steps[] = {migrations[0], {"CREATE TABLE own_later (a) STRICT_IS_MISSPELT"}};
    EXPECT_NE(refusal({}, steps).message().find("migrating the schema"), std::string_view::npos);
    sqlite::migration const mended[] = {migrations[0], {"CREATE INDEX own_later ON own_note (word, position)"}};
    auto migrated = open({}, mended).value();
    EXPECT_EQ(wait(migrated.store->notes(0, 10)).value().size(), 1u);
}

TEST_F(sqlite_opening, makes_files_that_only_their_owner_may_read) {
    auto const before = ::umask(0);
    auto serving = open();
    ::umask(before);
    ASSERT_TRUE(serving);
    namespace fs = std::filesystem;
    for (auto const* name : {"", "-wal", "-shm", ".lock"}) {
        EXPECT_EQ(fs::status(dir.file() + name).permissions(), fs::perms::owner_read | fs::perms::owner_write) << name;
    }
}

TEST_F(sqlite_opening, refuses_a_folder_that_does_not_exist) {
    auto none = sqlite::database::open(dir.file("no/such/own.db"), {}, migrations, storage::context{time, ids});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code(), error_code::store_unavailable);
}

TEST_F(sqlite_opening, refuses_memory_which_is_not_durable) {
    storage::sqlite_options options;
    options.exclusive = false;
    auto none = sqlite::database::open(":memory:", options, migrations, storage::context{time, ids});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code(), error_code::store_unavailable);
}

class sqlite_damage : public sqlite_opening {
protected:
    void SetUp() override {
        auto shop = open().value();
        for (int i = 0; i < 300; ++i) {
            ASSERT_TRUE(wait(shop.store->transact(puts_note("a word to fill pages with " + std::to_string(i)))));
        }
    }
    /// Overwrites a page in the middle of the file.
    void break_a_page() {
        std::fstream file(dir.file(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(dir.file()) - 4096 * 3));
        std::string const noise(4096, '\xa5');
        file.write(noise.data(), static_cast<std::streamsize>(noise.size()));
    }
};

TEST_F(sqlite_damage, of_a_page_is_found_at_start) {
    break_a_page();
    auto why = refusal();
    EXPECT_EQ(why.code(), error_code::store_corrupt);
    EXPECT_NE(why.message().find(dir.file()), std::string_view::npos) << why.message();
}

TEST_F(sqlite_damage, of_a_page_of_a_large_file_is_found_beside_the_service) {
    break_a_page();
    storage::sqlite_options options;
    options.check_at_start_bytes_max = 0;
    auto opened = open(options);
    if (!opened) {
        EXPECT_EQ(opened.error().code(), error_code::store_corrupt);
        return;
    }
    // Reads of sound pages are answered until the check is through.
    auto code = error_code::internal;
    while (code != error_code::store_corrupt) {
        auto read = wait(opened->store->notes(0, 1));
        if (!read) code = read.error().code();
    }
    EXPECT_EQ(wait(opened->store->transact(puts_note("after"))).error().code(), error_code::store_corrupt);
}

/// A child commits as fast as it can and says so on a pipe; it is killed; what it said is there.
TEST(sqlite_crash, loses_no_commit_that_was_answered) {
    for (int round = 0; round < 5; ++round) {
        folder dir;
        clock time;
        counted_ids ids;
        int said[2];
        ASSERT_EQ(::pipe(said), 0);
        auto child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            auto in = sqlite::database::open(dir.file(), {}, migrations, storage::context{time, ids});
            own::store shop(*in);
            (*in)->start();
            asio::io_context io;
            auto endless = [](own::store& s, int to) -> asio::awaitable<void> {
                for (std::uint64_t i = 1;; ++i) {
                    auto b = puts([i](auto& out) {
                        out.put(note{0, std::to_string(i)});
                        out.put(named("n" + std::to_string(i), static_cast<std::int64_t>(i)));
                    });
                    auto done = co_await s.transact(std::move(b));
                    if (!done || ::write(to, &i, sizeof i) != sizeof i) ::_exit(1);
                }
            };
            asio::co_spawn(io, endless(shop, said[1]), [](std::exception_ptr) {});
            io.run();
            ::_exit(2);
        }
        ::close(said[1]);
        std::uint64_t answered = 0;
        while (answered < 50u * (round + 1))
            ASSERT_EQ(::read(said[0], &answered, sizeof answered), ssize_t{sizeof answered});
        ::kill(child, SIGKILL);
        while (::read(said[0], &answered, sizeof answered) == ssize_t{sizeof answered}) {
        }
        ::close(said[0]);
        int how = 0;
        ::waitpid(child, &how, 0);
        EXPECT_TRUE(WIFSIGNALED(how));

        auto in = sqlite::database::open(dir.file(), {}, migrations, storage::context{time, ids});
        ASSERT_TRUE(in) << in.error().message();
        EXPECT_EQ(sqlite::quick_check((*in)->writer()), "");
        auto count =
            (*in)->writer().prepare("SELECT (SELECT count(*) FROM own_note), (SELECT count(*) FROM own_thing)");
        ASSERT_TRUE(count.next());
        EXPECT_GE(count.integer(0), static_cast<std::int64_t>(answered));
        EXPECT_LE(count.integer(0), static_cast<std::int64_t>(answered) + 1);
        EXPECT_EQ(count.integer(0), count.integer(1)) << "half a batch";
    }
}

}  // namespace
}  // namespace own
