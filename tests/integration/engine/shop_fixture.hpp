#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include <shop/audit.hpp>
#include <shop/orders/store.hpp>
#include <shop/shop.hpp>
#include <shop/storage/sqlite.hpp>
#ifdef SHOP_HAS_POSTGRES
#include <shop/storage/postgres.hpp>

#include "support/postgres_server.hpp"
#endif
#include <shop/testing/fault_store.hpp>
#include <shop/testing/run.hpp>

namespace shop::engine_tests {

/// A place for stores that outlives the engines on it: what a process leaves behind when it dies.
class premises {
public:
    virtual ~premises() = default;
    virtual storage::factory open() = 0;
};

class in_memory final : public premises {
public:
    storage::factory open() override {
        return [this](storage::context const& context) -> result<stores> {
            if (!kept_.orders) kept_ = storage::memory()(context).value();
            return kept_;
        };
    }

private:
    stores kept_;
};

class on_sqlite final : public premises {
public:
    explicit on_sqlite(storage::sqlite_options options = {}) : options_(std::move(options)) {
        folder_ = std::filesystem::temp_directory_path() /
                  ("shop-engine-" + std::to_string(getpid()) + "-" + std::to_string(++made));
        std::filesystem::create_directories(folder_);
    }
    ~on_sqlite() override { std::filesystem::remove_all(folder_); }
    storage::factory open() override { return storage::sqlite((folder_ / "shop.db").string(), options_); }

private:
    static inline int made = 0;
    storage::sqlite_options options_;
    std::filesystem::path folder_;
};

#ifdef SHOP_HAS_POSTGRES
class on_postgres final : public premises {
public:
    explicit on_postgres(bool exclusive = false) {
        options_.connections = 4;
        options_.migrate = true;
        options_.exclusive = exclusive;
    }
    storage::factory open() override { return storage::postgres(url_, options_); }

private:
    std::string url_ = shop_test::shared_postgres().url(shop_test::shared_postgres().create_database());
    storage::postgres_options options_;
};
#endif

using make_premises = std::function<std::unique_ptr<premises>()>;

struct named_premises {
    std::string name;
    make_premises make;
};

inline std::vector<named_premises> all_premises() {
    return {
        {"memory", [] { return std::make_unique<in_memory>(); }},
        {"sqlite", [] { return std::make_unique<on_sqlite>(); }},
#ifdef SHOP_HAS_POSTGRES
        {"postgres", [] { return std::make_unique<on_postgres>(); }},
#endif
    };
}

inline std::string premises_name(::testing::TestParamInfo<named_premises> const& info) {
    return info.param.name;
}

/// Returns when `done` says so, asked every millisecond; there is always something on its way that makes it so.
inline void wait_until(std::function<bool()> const& done) {
    std::promise<void> never;
    auto const pause = never.get_future();
    while (!done()) pause.wait_for(std::chrono::milliseconds(1));
}

inline bool settled(engine& e) {
    return asio::co_spawn(
               e.executor(), [](engine& of) -> asio::awaitable<bool> { co_return of.is_settled(); }(e),
               asio::use_future)
        .get();
}

inline std::size_t open_operations(engine& e) {
    return testing::run(e.stores().orders->count_open(1000)).value();
}

/// Waits until nothing is open and everybody has been told, then expects nothing wrong.
inline void expect_clean(engine& e) {
    wait_until([&] { return open_operations(e) == 0 && settled(e); });
    auto report = testing::run(audit(e.stores())).value();
    for (auto const& v : report.violations) ADD_FAILURE() << to_string(v);
    EXPECT_EQ(report.moving, 0u);
}

inline void stock_up(engine& e, std::string const& name, std::int64_t pieces) {
    auto shop = e.blocking();
    products::product_draft draft(sku(name), "A " + name, eur(1000));
    draft.status = products::status::active;
    ASSERT_TRUE(shop.products.create(std::move(draft)));
    ASSERT_TRUE(shop.inventory.receive(sku(name), pieces));
}

}  // namespace shop::engine_tests
