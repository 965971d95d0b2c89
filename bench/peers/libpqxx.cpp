// Orders written by hand on libpqxx, one transaction each, in the tables of postgres.sql.
//   libpqxx URL SKUS THREADS SECONDS RUN     SKUS: a file, one a line; RUN: what makes the keys of this run its own
// Prints how many orders were committed, and how many a second.

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <pqxx/pqxx>

namespace {

struct line {
    std::string sku;
    std::int64_t quantity = 1;
    std::string name = {};
    std::int64_t price = 0;
};
struct order {
    std::string key;
    std::string customer;
    std::vector<line> lines;
};

void prepare(pqxx::connection& db) {
    db.prepare("find_products", "SELECT sku, name, price, currency FROM product WHERE sku = ANY($1::text[])");
    db.prepare("claim_key",
               "INSERT INTO idempotency_key VALUES ($1, $2, gen_random_uuid(), $3) ON CONFLICT DO NOTHING "
               "RETURNING order_id");
    db.prepare("take", "UPDATE stock SET available = available - $2 WHERE sku = $1 AND available >= $2");
    db.prepare("insert_order", "INSERT INTO orders VALUES ($1, $2, 'confirmed', $3, $4, now())");
    db.prepare("insert_lines",
               "INSERT INTO order_line SELECT $1, n, sku, name, quantity, price FROM unnest($2::text[], $3::text[], "
               "$4::bigint[], $5::bigint[]) WITH ORDINALITY AS l (sku, name, quantity, price, n)");
    db.prepare("insert_history", "INSERT INTO order_history VALUES ($1, 1, 'confirmed', now())");
}

/// As PostgreSQL writes an array. The texts here hold no quotes.
template <class Of>
std::string array_of(std::vector<line> const& lines, Of of) {
    std::string text = "{";
    for (auto const& l : lines) text += (text.size() > 1 ? ",\"" : "\"") + of(l) + '"';
    return text + '}';
}
std::string skus_of(std::vector<line> const& lines) {
    return array_of(lines, [](line const& l) { return l.sku; });
}

std::string answer_of(order const& placed, std::int64_t total) {
    std::string json = R"({"customer":{"id":")" + placed.customer + R"("},"lines":[)";
    for (auto const& l : placed.lines) {
        json += R"({"sku":")" + l.sku + R"(","name":")" + l.name + R"(","quantity":)" + std::to_string(l.quantity) +
                R"(,"unit_price":)" + std::to_string(l.price) + "},";
    }
    json.back() = ']';
    return json + R"(,"total":)" + std::to_string(total) + '}';
}

/// Sets names and prices.
std::string price(pqxx::work& t, order& wanted) {
    auto const products = t.exec_prepared("find_products", skus_of(wanted.lines));
    std::string currency;
    for (auto const& row : products) {
        for (auto& l : wanted.lines) {
            if (l.sku != row[0].c_str()) continue;
            l.name = row[1].c_str();
            l.price = row[2].as<std::int64_t>();
            currency = row[3].c_str();
        }
    }
    for (auto const& l : wanted.lines) {
        if (l.price == 0) throw std::runtime_error("there is no " + l.sku);
    }
    return currency;
}

void place(pqxx::connection& db, order wanted) {
    pqxx::work t(db);
    auto const fingerprint = std::to_string(std::hash<std::string>()(wanted.customer + skus_of(wanted.lines)));
    auto const currency = price(t, wanted);
    std::int64_t total = 0;
    for (auto const& l : wanted.lines) total += l.price * l.quantity;
    auto const claimed = t.exec_prepared("claim_key", wanted.key, fingerprint, answer_of(wanted, total));
    if (claimed.empty()) throw std::runtime_error("the key " + wanted.key + " was used before");
    std::string const id = claimed[0][0].c_str();

    auto in_order = wanted.lines;  // always the same, so that two orders never wait for each other
    std::sort(in_order.begin(), in_order.end(), [](line const& a, line const& b) { return a.sku < b.sku; });
    for (auto const& l : in_order) {
        if (t.exec_prepared("take", l.sku, l.quantity).affected_rows() == 0)
            throw std::runtime_error(l.sku + " is out of stock");
    }
    t.exec_prepared("insert_order", id, wanted.customer, total, currency);
    t.exec_prepared("insert_lines", id, skus_of(wanted.lines),
                    array_of(wanted.lines, [](line const& l) { return l.name; }),
                    array_of(wanted.lines, [](line const& l) { return std::to_string(l.quantity); }),
                    array_of(wanted.lines, [](line const& l) { return std::to_string(l.price); }));
    t.exec_prepared("insert_history", id);
    t.commit();
}

/// 0 for what is none.
unsigned number_from(std::string_view text) {
    unsigned number = 0;
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failed == std::errc{} && end == text.data() + text.size() ? number : 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) {
        std::fprintf(stderr, "libpqxx URL SKUS THREADS SECONDS RUN\n");
        return 64;
    }
    std::string const url = argv[1], run = argv[5];
    std::vector<std::string> skus;
    std::ifstream file(argv[2]);
    for (std::string sku; std::getline(file, sku);) skus.push_back(sku);
    auto const threads = number_from(argv[3]);
    std::chrono::seconds const duration(number_from(argv[4]));
    if (skus.empty() || threads == 0) return 64;

    std::atomic<std::uint64_t> placed = 0;
    auto const start = std::chrono::steady_clock::now();
    std::vector<std::thread> all;
    for (unsigned thread = 0; thread < threads; ++thread) {
        all.emplace_back([&, thread] {
            try {
                pqxx::connection db(url);
                prepare(db);
                std::minstd_rand random(static_cast<unsigned>(42 + thread));
                for (std::uint64_t n = 0; std::chrono::steady_clock::now() - start < duration; ++n) {
                    order wanted{run + '-' + std::to_string(thread) + '-' + std::to_string(n),
                                 "customer-" + std::to_string(n % 1000),
                                 {}};
                    for (int i = 0; i < 3; ++i) wanted.lines.push_back({skus[random() % skus.size()]});
                    place(db, std::move(wanted));
                    ++placed;
                }
            } catch (std::exception const& e) {
                std::fprintf(stderr, "libpqxx: %s\n", e.what());
                std::exit(1);
            }
        });
    }
    for (auto& thread : all) thread.join();
    std::chrono::duration<double> const took = std::chrono::steady_clock::now() - start;
    std::printf("%llu orders, %.0f a second\n", static_cast<unsigned long long>(placed.load()),
                static_cast<double>(placed.load()) / took.count());
}
