#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <shop/records/record.hpp>
#include <shop/records/working_set.hpp>

#include "storage/sqlite/record_store.hpp"

/// A small schema of its own, so that the machinery is tested apart from the shop's records.
namespace own {

using namespace shop;

enum class colour { red, green };
constexpr std::array<std::string_view, 2> words_of(colour) {
    return {"red", "green"};
}

struct part {
    std::string name;
    std::int64_t pieces = 0;
    static constexpr auto fields() {
        return std::tuple{required("name", &part::name), required("pieces", &part::pieces)};
    }
    friend bool operator==(part const&, part const&) = default;
};

/// One of each kind of column.
struct thing {
    static constexpr std::string_view table = "own_thing";
    static constexpr auto key() { return std::tuple{&thing::name, &thing::place}; }
    static constexpr std::size_t load_key_size = 1;

    std::string name;
    location place;
    std::uint64_t revision = 0;
    bool flag = false;
    std::int32_t small = 0;
    std::int64_t count = 0;
    std::uint64_t big = 0;
    timestamp at;
    uuid raw;
    order_id order;
    std::array<std::uint8_t, 16> digest{};
    std::string text;
    shop::sku sku{"A"};
    shop::currency currency;
    own::colour colour = own::colour::red;
    shop::quantity quantity;
    std::optional<std::int64_t> maybe_count;
    std::optional<std::string> maybe_text;
    std::optional<order_id> maybe_order;
    document<part> content;
    std::vector<part> parts;
    money price;

    static constexpr auto fields() {
        using t = thing;
        return std::tuple{required("name", &t::name),
                          required("place", &t::place),
                          required("revision", &t::revision),
                          required("flag", &t::flag),
                          required("small", &t::small),
                          required("count", &t::count),
                          required("big", &t::big),
                          required("at", &t::at),
                          required("raw", &t::raw),
                          required("order_id", &t::order),
                          required("digest", &t::digest),
                          required("text", &t::text),
                          required("sku", &t::sku),
                          required("currency", &t::currency),
                          required("colour", &t::colour),
                          required("quantity", &t::quantity),
                          optional("maybe_count", &t::maybe_count),
                          optional("maybe_text", &t::maybe_text),
                          optional("maybe_order", &t::maybe_order),
                          required("content", &t::content),
                          required("parts", &t::parts),
                          required("price", &t::price)};
    }
    friend bool operator==(thing const&, thing const&) = default;
};

/// A log with a word that must be unique.
struct note {
    static constexpr std::string_view table = "own_note";
    static constexpr auto key() { return std::tuple{&note::position}; }
    static constexpr std::size_t load_key_size = 1;

    std::uint64_t position = 0;
    std::string word;

    static constexpr auto fields() {
        return std::tuple{required("position", &note::position), required("word", &note::word)};
    }
    friend bool operator==(note const&, note const&) = default;
};

using schema = shop::schema<thing, note>;

inline constexpr sqlite::migration migrations[] = {{R"sql(
CREATE TABLE own_thing (
    name TEXT NOT NULL, place TEXT NOT NULL, revision INTEGER NOT NULL, flag INTEGER NOT NULL, small INTEGER NOT NULL,
    count INTEGER NOT NULL CHECK (count >= 0), big INTEGER NOT NULL, at INTEGER NOT NULL, raw BLOB NOT NULL,
    order_id BLOB NOT NULL, digest BLOB NOT NULL, text TEXT NOT NULL, sku TEXT NOT NULL, currency TEXT NOT NULL,
    colour TEXT NOT NULL, quantity INTEGER NOT NULL, maybe_count INTEGER, maybe_text TEXT, maybe_order BLOB,
    content TEXT NOT NULL, parts TEXT NOT NULL, price TEXT NOT NULL, checksum INTEGER NOT NULL,
    PRIMARY KEY (name, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE own_note (position INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE, checksum INTEGER NOT NULL) STRICT;
)sql"}};

class port : public record_store<schema> {
public:
    virtual asio::awaitable<result<std::vector<note>>> notes(std::uint64_t after, std::size_t limit) = 0;
};

class store final : public sqlite::stored<port, schema> {
public:
    using stored::stored;
    asio::awaitable<result<std::vector<note>>> notes(std::uint64_t after, std::size_t limit) override {
        auto work = [after, limit](sqlite::reader& by, std::vector<note>& out) {
            return sqlite::select(by.on, "WHERE position > ?1 ORDER BY position LIMIT ?2", out, after, limit);
        };
        return read<std::vector<note>>(std::move(work));
    }
};

/// A batch from two functions.
class batch final : public decision_batch<schema> {
public:
    using keys = key_set<schema>;
    using decision =
        std::function<boost::system::result<changes<schema>, keys>(loaded_rows<schema> const&, attempt const&)>;

    batch(keys wanted, decision decide) : wanted_(std::move(wanted)), decide_(std::move(decide)) {}
    keys wanted() const override { return wanted_; }
    boost::system::result<changes<schema>, keys> decide(loaded_rows<schema> const& rows, attempt const& now) override {
        ++runs;
        return decide_(rows, now);
    }
    unsigned runs = 0;

private:
    keys wanted_;
    decision decide_;
};

inline std::shared_ptr<batch> puts(std::function<void(changes<schema>&)> fill) {
    return std::make_shared<batch>(batch::keys{}, [fill](auto const&, auto const&) {
        changes<schema> out;
        fill(out);
        return boost::system::result<changes<schema>, batch::keys>(std::move(out));
    });
}

inline std::shared_ptr<batch> puts_note(std::string word) {
    return puts([word](auto& out) { out.put(note{0, word}); });
}

inline thing named(std::string name, std::int64_t count = 0) {
    thing t;
    t.name = std::move(name);
    t.count = count;
    return t;
}

class clock final : public scheduler {
public:
    steady_time now() const override { return {}; }
    timestamp stamp() const override { return timestamp(std::chrono::milliseconds(1'700'000'000'000)); }
    asio::awaitable<void> sleep_until(steady_time) override { co_return; }
};

class counted_ids final : public id_source {
public:
    uuid next(timestamp) override {
        uuid made;
        made.bytes[15] = ++given_;
        return made;
    }

private:
    std::uint8_t given_ = 0;
};

/// A folder that goes with the test.
class folder {
public:
    folder() {
        std::string name = (std::filesystem::temp_directory_path() / "shop-sqlite-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::string file(std::string const& name = "own.db") const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

struct opened {
    std::shared_ptr<sqlite::database> in;
    std::shared_ptr<own::store> store;
};

/// Everything a test of this machinery needs.
class bench : public ::testing::Test {
protected:
    result<opened> open(storage::sqlite_options options = {}, std::span<sqlite::migration const> steps = migrations) {
        options.statistics = statistics;
        auto in = sqlite::database::open(dir.file(), std::move(options), steps, storage::context{time, ids});
        if (!in) return in.error();
        auto made = std::make_shared<own::store>(*in);
        (*in)->start();
        return opened{*in, std::move(made)};
    }

    /// Waits for an answer, as a program with one thread does.
    template <class T>
    static T wait(asio::awaitable<T> work) {
        asio::io_context io;
        std::optional<T> answer;
        auto run = [](asio::awaitable<T> w, std::optional<T>& to) -> asio::awaitable<void> {
            to.emplace(co_await std::move(w));
        };
        asio::co_spawn(io, run(std::move(work), answer), [](std::exception_ptr e) {
            if (e) std::rethrow_exception(e);
        });
        io.run();
        return std::move(*answer);
    }

    /// Runs SQL as somebody who damages a store, beside it or after it.
    void tamper(std::string const& sql) {
        sqlite3* raw = nullptr;
        ASSERT_EQ(sqlite3_open(dir.file().c_str(), &raw), SQLITE_OK);
        char* why = nullptr;
        EXPECT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, &why), SQLITE_OK) << (why ? why : "");
        sqlite3_close(raw);
    }

    static std::vector<thing> things(own::store& in, std::string const& name) {
        auto keys = std::make_shared<key_set<schema>>();
        keys->add<thing>(name);
        auto rows = wait(in.load(keys));
        if (!rows) return {};
        auto found = (*rows)->group<thing>(name);
        return {found.begin(), found.end()};
    }

    folder dir;
    clock time;
    counted_ids ids;
    std::shared_ptr<storage::sqlite_statistics> statistics = std::make_shared<storage::sqlite_statistics>();
};

}  // namespace own
