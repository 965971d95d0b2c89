#include <csignal>
#include <iostream>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <shop/core/json.hpp>
#include <shop/engine.hpp>
#include <shop/http/rest.hpp>
#include <shop/http/server.hpp>

#include "commands.hpp"
#include "json_log.hpp"
#include "store_access.hpp"

#ifndef SHOP_VERSION
#define SHOP_VERSION "0"
#endif

namespace shop_server {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// How long the engine may take to come to rest after its last request.
constexpr auto rest_max = 2s;

std::string words_of_exception(std::exception_ptr const& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (std::exception const& e) {
        return e.what();
    } catch (...) {
        return "no std::exception";
    }
}

/// The shop and its HTTP face, all on one thread.
class running_shop {
public:
    running_shop(asio::io_context& context, json_log& log, setting_sources const& from, read_settings const& with)
        : context_(context),
          log_(log),
          from_(from),
          with_(with.values),
          rows_(with.rows),
          signals_(context, SIGINT, SIGTERM, SIGHUP) {}

    /// Opens the store, the shop and the port.
    exit_code start() {
        shop::engine_options options;
        options.store = open_with(with_, store_use::serve);
        options.executor = context_.get_executor();
        options.log = &log_;
        auto opened = shop::engine::open(std::move(options));
        if (!opened) {
            std::cerr << "shop-server: " << opened.error().message() << '\n';
            return exit_code_of(opened.error());
        }
        engine_ = std::move(*opened);
        add_resources();

        shop::http::server_options bounds;
        bounds.connections_max = with_.connections;
        server_.emplace(context_.get_executor(), bounds, *api_);
        auto const bound = server_->listen(with_.listen.host, with_.listen.port);
        if (!bound) {
            std::cerr << "shop-server: " << bound.error().message()
                      << "; stop what listens there, or let --listen HOST:0 pick a free port\n";
            return exit_try_later;
        }
        // A name may mean another machine's face of this one.
        if (auto why = refuse_to_serve(listen_address{bound->host, bound->port})) return refuse({*why});
        server_->start();
        asio::co_spawn(context_, heed_signals(), [this](std::exception_ptr thrown) {
            if (thrown) log_.write(shop::severity::error, "stopping failed", {{"reason", words_of_exception(thrown)}});
        });
        ready_ = true;
        log_.write(shop::severity::info, "listening",
                   {{"url", bound->url()},
                    {"store", std::string(shop::to_word(with_.store.which))},
                    {"version", SHOP_VERSION}});
        std::cout << "listening on " << bound->url() << std::endl;
        return exit_ok;
    }

private:
    void add_resources() {
        shop::http::rest_options options;
        options.on_exception = [this](std::string_view operation, std::exception_ptr const& thrown) {
            log_.write(shop::severity::error, "an operation failed",
                       {{"operation", std::string(operation)}, {"reason", words_of_exception(thrown)}});
        };
        api_.emplace(std::move(options), engine_.products(), engine_.inventory(), engine_.orders(),
                     engine_.notifications());
        // Beyond loopback these belong to a listener of their own; without keys there is no beyond.
        api_->add_get("/livez", [] { return shop::http::response(200, R"({"status":"live"})"); });
        api_->add_get("/readyz", [this] {
            return ready_ ? shop::http::response(200, R"({"status":"ready"})")
                          : shop::http::response(503, R"({"status":"stopping"})");
        });
        std::string info = R"({"name":"shop-server","version":")" SHOP_VERSION R"(","roles":["all"],"store":)";
        shop::json::append_string(info, shop::to_word(with_.store.which));
        info += '}';
        api_->add_get("/info", [info] { return shop::http::response(200, info); });
    }

    asio::awaitable<void> heed_signals() {
        for (;;) {
            auto const signal = co_await signals_.async_wait(asio::use_awaitable);
            if (signal != SIGHUP) break;
            reload();
        }
        log_.write(shop::severity::info, "stopping", {{"grace_ms", std::to_string(with_.grace.count())}});
        ready_ = false;
        // Who asks a second time does not want to wait.
        signals_.async_wait([this](boost::system::error_code failed, int) {
            if (!failed) server_->stop();
        });
        bool const all_answered = co_await server_->drain(std::chrono::steady_clock::now() + with_.grace);
        signals_.cancel();
        if (!all_answered) log_.write(shop::severity::warning, "requests were cut off", {});
        engine_.close();
        context_.stop();  // `serve` lets what still runs come to its end, for a bounded time
    }

    void reload() {
        auto const again = read(from_);
        for (auto const& why : again.refusals) log_.write(shop::severity::error, "setting refused", {{"reason", why}});
        if (!again.refusals.empty()) return;
        for (std::size_t i = 0; i < again.rows.size(); ++i) {
            auto const& row = again.rows[i];
            if (row.value == std::exchange(rows_[i].value, row.value)) continue;
            log_.write(row.of->reloadable ? shop::severity::info : shop::severity::warning,
                       row.of->reloadable ? "setting reloaded" : "setting needs a restart",
                       {{"setting", std::string(row.of->name)}, {"value", row.shown()}});
        }
        log_.set_level(again.values.log_level);
    }

    asio::io_context& context_;
    json_log& log_;
    setting_sources const& from_;
    settings const& with_;
    std::vector<read_settings::row> rows_;  // as last read
    asio::signal_set signals_;
    shop::engine engine_;
    std::optional<shop::http::rest_api> api_;
    std::optional<shop::http::server> server_;
    bool ready_ = false;
};

}  // namespace

exit_code serve(setting_sources const& from, read_settings const& with) {
    // Both are told by the write that fails: a client hung up, a file may not grow.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    json_log log(with.values.log_level);
    for (auto const& warning : with.warnings)
        log.write(shop::severity::warning, "setting ignored", {{"reason", warning}});
    asio::io_context context(1);
    running_shop shop(context, log, from, with);
    if (auto started = shop.start(); started != exit_ok) return started;
    context.run();
    context.restart();
    context.run_for(rest_max);
    log.write(shop::severity::info, "stopped", {});
    return exit_ok;
}

}  // namespace shop_server
