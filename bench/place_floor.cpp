// The floor of SQLite: what a careful engineer writes by hand for one purpose, with nothing read and nothing decided.

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <shop/engine.hpp>
#include <shop/json/json.hpp>
#include <shop/orders/store.hpp>
#include <shop/storage/sqlite.hpp>

#include "place.hpp"
#include "skus.hpp"

namespace shop::bench {
namespace {

struct blob {
    uuid id;
};

class statement {
public:
    statement(sqlite3* db, char const* sql) : db_(db) {
        check(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s_, nullptr));
    }
    ~statement() { sqlite3_finalize(s_); }
    statement(statement const&) = delete;
    statement& operator=(statement const&) = delete;

    template <class... Values>
    void run(Values const&... values) {
        int at = 0;
        (bind(++at, values), ...);
        check(sqlite3_step(s_));
        sqlite3_reset(s_);
    }

private:
    void check(int code) {
        if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
        std::fprintf(stderr, "shop-bench: floor: %s\n", sqlite3_errmsg(db_));
        std::exit(1);
    }
    void bind(int at, std::int64_t v) { sqlite3_bind_int64(s_, at, v); }
    void bind(int at, std::string const& v) {
        sqlite3_bind_text(s_, at, v.data(), static_cast<int>(v.size()), SQLITE_STATIC);
    }
    void bind(int at, blob const& v) { sqlite3_bind_blob(s_, at, v.id.bytes.data(), 16, SQLITE_STATIC); }
    void bind(int at, std::nullptr_t) { sqlite3_bind_null(s_, at); }

    sqlite3* db_;
    sqlite3_stmt* s_ = nullptr;
};

/// An order's texts, as long as ours.
struct sample {
    std::string content, outcome = "{}", open, decision, attempts;

    explicit sample(std::size_t lines) {
        orders::order_content c;
        c.customer.id = "customer-500";
        for (std::size_t i = 0; i < lines; ++i) {
            orders::line l;
            l.sku = sku("SKU-105000");
            l.name = "Product number 5000";
            l.unit_price = l.line_total = eur(999);
            c.lines.push_back(l);
        }
        c.total = eur(2997);
        content = json::encode(c);
        orders::open_operation o;
        o.actor = "local";
        open = json::encode(o);
        decision = R"({"lines":[)";
        for (std::size_t i = 0; i < lines; ++i) decision += R"({"sku":"SKU-105000","location":"main","quantity":1},)";
        decision.back() = ']';
        decision += "}";
        attempts = R"([{"at":"2026-01-01T00:00:00.000Z"}])";
    }
};

class floor_run {
public:
    floor_run(std::string const& path, workload const& w, std::size_t batch) : w_(w), batch_(batch), text_(w.lines) {
        sqlite3_open(path.c_str(), &db_);
        sqlite3_exec(db_, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536", nullptr,
                     nullptr, nullptr);
    }
    ~floor_run() { sqlite3_close_v2(db_); }  // closes when the last statement is gone

    void prepare_stock() {
        exec("BEGIN");
        {
            statement stock(db_, "INSERT INTO inventory_stock VALUES (?,'main',1,1,1000000,0,0,0,0,0,1,1)");
            for (std::size_t i = 0; i < w_.skus; ++i) stock.run(name_of(i));
        }
        exec("INSERT INTO orders_cursor VALUES ('notifications',1,0,1)");
        exec("COMMIT");
    }

    double seconds() {
        auto const start = std::chrono::steady_clock::now();
        for (std::uint64_t from = 0; from < w_.orders; from += batch_)
            some(from, std::min<std::uint64_t>(batch_, w_.orders - from));
        std::chrono::duration<double> const took = std::chrono::steady_clock::now() - start;
        return took.count();
    }

private:
    static std::string name_of(std::size_t i) { return std::string(sku_of(i).text()); }
    void exec(char const* sql) { sqlite3_exec(db_, sql, nullptr, nullptr, nullptr); }

    /// The steps of `n` orders, a transaction each: intent, effect, conclusion, and what the relay writes.
    void some(std::uint64_t from, std::uint64_t n) {
        std::vector<blob> ids(n);
        std::vector<std::size_t> picked(n * w_.lines);
        for (auto& id : ids) id.id = random_ids().next(timestamp{std::chrono::milliseconds(1'700'000'000'000 + from)});
        for (auto& p : picked) p = w_.one_sku ? 0 : random_() % w_.skus;
        auto distinct = picked;
        std::sort(distinct.begin(), distinct.end());
        distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
        std::int64_t const now = 1'700'000'000'000, checksum = 0x123456789abcdef;

        exec("BEGIN IMMEDIATE");
        for (std::uint64_t i = 0; i < n; ++i) {
            auto const customer = "customer-" + std::to_string((from + i) % 1000);
            order_.run(ids[i], customer, now, now, text_.content, text_.outcome, text_.open, checksum);
            key_.run("order-" + std::to_string(from + i), ids[i], ids[i], now, checksum);
            event_.run(++event_position_, ids[i], std::int64_t{1}, std::string("pending"), now, customer, checksum);
        }
        exec("COMMIT");
        exec("BEGIN IMMEDIATE");
        for (std::uint64_t i = 0; i < n; ++i) {
            decision_.run(ids[i], text_.decision, now, checksum);
            for (std::size_t l = 0; l < w_.lines; ++l) {
                ++movement_position_;
                movement_.run(movement_position_, name_of(picked[i * w_.lines + l]), movement_position_, ids[i], now,
                              checksum);
            }
        }
        for (auto d : distinct) stock_.run(now, checksum, name_of(d));
        exec("COMMIT");
        exec("BEGIN IMMEDIATE");
        for (std::uint64_t i = 0; i < n; ++i) {
            auto const customer = "customer-" + std::to_string((from + i) % 1000);
            concluded_.run(now, now, checksum, ids[i]);
            event_.run(++event_position_, ids[i], std::int64_t{2}, std::string("confirmed"), now, customer, checksum);
        }
        exec("COMMIT");
        exec("BEGIN IMMEDIATE");
        for (std::uint64_t i = 0; i < n; ++i) {
            auto const customer = "customer-" + std::to_string((from + i) % 1000);
            delivery_.run(ids[i], customer, ids[i], text_.attempts, now, checksum);
        }
        exec("UPDATE orders_cursor SET told = told + 1");
        exec("COMMIT");
    }

    workload const& w_;
    std::size_t batch_;
    sample text_;
    sqlite3* db_ = nullptr;
    std::minstd_rand random_{42};
    std::int64_t event_position_ = 0, movement_position_ = 0;

    /// A statement prepared when it is first run: the schema is there by then.
    struct lazily {
        lazily(floor_run& of, char const* sql) : of_(of), sql_(sql) {}
        template <class... V>
        void run(V const&... v) {
            if (!s_) s_ = std::make_unique<statement>(of_.db_, sql_);
            s_->run(v...);
        }
        floor_run& of_;
        char const* sql_;
        std::unique_ptr<statement> s_;
    };
    lazily order_{*this, "INSERT INTO orders_order VALUES (?,1,?,'pending',1,?,?,?,?,?,?)"};
    lazily key_{*this, "INSERT INTO orders_key VALUES ('local',?,1,?,?,NULL,0,NULL,?,?)"};
    lazily event_{*this, "INSERT INTO orders_event VALUES (?,?,?,?,?,?,'local',NULL,NULL,?,NULL)"};
    lazily decision_{*this, "INSERT INTO inventory_decision VALUES (?,1,'allocated',?,?,?)"};
    lazily movement_{
        *this,
        "INSERT INTO inventory_movement VALUES (?,?,'main',?,'allocated',0,1,1000000,1,NULL,NULL,?,NULL,?,?,NULL)"};
    lazily stock_{*this,
                  "UPDATE inventory_stock SET revision=revision+1, sequence=sequence+1, allocated=allocated+1, "
                  "updated_at=?, checksum=? WHERE sku=? AND location='main'"};
    lazily concluded_{*this,
                      "UPDATE orders_order SET revision=2, status='confirmed', version=2, updated_at=?, settled_at=?, "
                      "open=NULL, checksum=? WHERE id=? AND revision=1"};
    lazily delivery_{*this,
                     "INSERT INTO notifications_delivery VALUES "
                     "(?,2,'log',?,1,?,'shop.order.confirmed.v1','delivered',?,?,NULL,?,NULL,NULL,NULL)"};
};

}  // namespace

double sqlite_floor(workload const& w, double orders_per_commit) {
    auto const folder = std::filesystem::temp_directory_path() / ("shop-floor-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    auto const path = (folder / "floor.db").string();
    {
        auto schema = engine::open({.store = storage::sqlite(path)}).value();
    }  // our schema, with its indexes and checks
    constexpr double transactions_per_batch = 4;
    auto const batch =
        std::max<std::size_t>(1, static_cast<std::size_t>(orders_per_commit * transactions_per_batch + 0.5));
    double took = 0;
    {
        floor_run run(path, w, batch);
        run.prepare_stock();
        took = run.seconds();
    }
    std::filesystem::remove_all(folder);
    return took;
}

}  // namespace shop::bench
