#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "http_client.hpp"
#include "stack.hpp"
#include "support/scratch.hpp"
#include "support/shop_server.hpp"

namespace shop_test {

/// The real shop, on a free port: one shop-server, or a stack of them where the store is one for each service.
class server {
public:
    /// Starts it and waits until it listens.
    /// @param before what starts it, if it is not started directly.
    explicit server(std::string const& store, std::vector<std::string> more = {},
                    std::vector<std::string> before = {}) {
        if (store.starts_with("stack:")) {
            stack_ = std::make_unique<stack>(store, 1, std::move(more));
            port_ = stack_->port();
            return;
        }
        std::vector<std::string> arguments = std::move(before);
        for (auto const* word : {SHOP_SERVER, "serve", "all", "--listen", "127.0.0.1:0", "--store"}) {
            arguments.emplace_back(word);
        }
        arguments.push_back(store);
        arguments.insert(arguments.end(), more.begin(), more.end());
        process_ = std::make_unique<shop_test::process>(std::move(arguments));
        std::string const greeting = "listening on http://127.0.0.1:";
        if (!process_->wait_for_out("\n") || process_->out().rfind(greeting, 0) != 0) {
            throw std::runtime_error("shop-server does not start: " + process_->out() + process_->err());
        }
        port_ = static_cast<unsigned short>(std::stoi(process_->out().substr(greeting.size())));
    }

    unsigned short port() const { return port_; }
    http_client client() const { return http_client(port_); }
    shop_test::process& process() { return *process_; }
    std::string log() const { return stack_ ? stack_->log() : process_->err(); }

    /// Asks it to stop; its exit code.
    int stop() {
        if (stack_) return stack_->stop();
        process_->signal(SIGTERM);
        return process_->wait();
    }
    void kill() {
        process_->signal(SIGKILL);
        process_->wait();
    }

private:
    std::unique_ptr<shop_test::process> process_;
    std::unique_ptr<stack> stack_;
    unsigned short port_ = 0;
};

/// Audits what a `server` worked on: clean, with nothing open.
inline void expect_clean_store(std::string const& store) {
    auto command = std::vector<std::string>{"audit", "--store", store};
    if (store.starts_with("stack:")) command = stack_stores(store).audit_command();
    auto const audit = run_server(std::move(command));
    EXPECT_EQ(audit.code, 0) << audit.out << audit.err;
    EXPECT_EQ(audit.out.find("open operations"), std::string::npos) << audit.out;
}

/// Runs `work(n)` for n = 0.. `threads` - 1, at once.
template <class Work>
void in_parallel(int threads, Work work) {
    std::vector<std::thread> all;
    for (int i = 0; i < threads; ++i) all.emplace_back(work, i);
    for (auto& t : all) t.join();
}

/// Asks until the answer is yes; false if it is not within the time.
template <class Question>
bool eventually(std::chrono::milliseconds within, Question question) {
    auto const until = std::chrono::steady_clock::now() + within;
    while (!question()) {
        if (std::chrono::steady_clock::now() > until) return false;
        std::this_thread::yield();
    }
    return true;
}

/// Puts a product on the shelf, through the public API. @return whether it went well.
inline bool stock_up(http_client& by, std::string const& sku, int pieces, int price = 1250) {
    auto const product = by.post("/v1/products", R"({"sku":")" + sku + R"(","name":"Thing )" + sku +
                                                     R"(","status":"active","price":{"amount":)" +
                                                     std::to_string(price) + R"(,"currency":"EUR"}})");
    if (product.status != 201) return false;
    if (pieces == 0) return true;
    auto const stock = by.post("/v1/inventory/" + sku + "/movements",
                               R"({"kind":"received","quantity":)" + std::to_string(pieces) + "}", "opening-" + sku);
    return stock.status == 201;
}

/// The body of an order.
inline std::string order_of(std::string const& customer, std::vector<std::pair<std::string, int>> const& lines,
                            std::string const& note = {}) {
    std::string body = R"({"customer":{"id":")" + customer + R"("},"lines":[)";
    for (auto const& [sku, pieces] : lines) {
        if (body.back() != '[') body += ',';
        body += R"({"sku":")" + sku + R"(","quantity":)" + std::to_string(pieces) + "}";
    }
    body += "]";
    if (!note.empty()) body += R"(,"metadata":{"note":")" + note + R"("})";
    return body + "}";
}

/// All orders, by the key their metadata names.
inline std::multimap<std::string, std::string> all_orders(http_client& by) {
    std::multimap<std::string, std::string> out;
    std::string cursor;
    for (;;) {
        auto const page = by.get("/v1/orders?limit=100" + (cursor.empty() ? "" : "&cursor=" + cursor));
        auto const parsed = shop::json::parse(page.body);
        if (page.status != 200 || !parsed) throw std::runtime_error("no list of orders: " + page.body);
        auto const items = *parsed->root().find("items");
        for (auto order : items) {
            out.emplace(order.find("metadata")->find("note")->as_string(), order.find("id")->as_string());
        }
        auto const next = parsed->root().find("next_cursor");
        if (!next || next->is_null()) return out;
        cursor = next->as_string();
    }
}

}  // namespace shop_test
