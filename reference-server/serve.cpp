#include <csignal>
#include <iostream>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <shop/http/resources.hpp>
#include <shop/http/server.hpp>
#include <shop/json/json.hpp>

#include "access/service_credentials.hpp"
#include "commands.hpp"
#include "edge/api_description.hpp"
#include "exceptions.hpp"
#include "peers/peer.hpp"
#include "store_access.hpp"
#include "telemetry/json_log.hpp"
#include "telemetry/observation.hpp"
#include "wiring.hpp"

#ifndef SHOP_VERSION
#define SHOP_VERSION "0"
#endif

namespace shop_server {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using shop::http::audience;

namespace {

/// How long the engine may take to come to rest after its last request.
constexpr auto rest_max = 2s;

/// In front of what is wrong with them.
std::string const tls_settings = "tls-certificate, tls-key, tls-client-trust: ";

/// A process of the shop: its role, its ports, and its end, all on one thread.
class running_server {
public:
    running_server(asio::io_context& context, json_log& log, role what, setting_sources const& from,
                   read_settings const& with)
        : context_(context),
          log_(log),
          role_(what),
          from_(from),
          with_(with.values),
          now_(with.values),
          rows_(with.rows),
          signals_(context, SIGINT, SIGTERM, SIGHUP) {}

    /// Opens the store, the shop and the ports.
    exit_code start() {
        if (role_ != role::all) {
            auto read = service_credentials::read(with_.service_credentials, with_.service_callers);
            if (!read) return refuse({std::string(read.error().message())});
            credentials_ = std::make_shared<service_credentials>(std::move(*read));
        }
        shop::service_context const context{context_.get_executor(), &shop::system_scheduler(), &shop::random_ids(),
                                            &log_};
        watching_.emplace(role_, with_, context);
        auto opened = wiring::open(role_, with_, context, credentials_, *watching_);
        if (!opened) {
            if (opened.error().code() == shop::error_code::invalid_value)
                return refuse({std::string(opened.error().message())});
            std::cerr << "shop-server: " << opened.error().message() << '\n';
            return exit_code_of(opened.error());
        }
        wiring_ = std::move(*opened);

        if (role_ != role::gateway) {
            for (auto const& one : risks_of_store(with_))
                watching_->security().write(one.what, {{"reason", one.reason}});
        }

        site_.emplace(&wiring_->face());
        std::optional<shop::http::tls_identity> identity;
        if (!with_.tls_certificate.empty()) {
            auto read = shop::http::tls_identity::read({with_.tls_certificate, with_.tls_key, with_.tls_client_trust});
            if (!read) return refuse({tls_settings + std::string(read.error().message())});
            identity = std::move(*read);
        }
        auto const bound = listen(server_, *site_, with_.listen, std::move(identity));
        if (!bound) return cannot_listen(bound.error());
        listen_address const where{bound->host, bound->port};
        where_ = where;
        // A name may mean another machine's face of this one.
        if (auto why = refuse_to_serve(role_, with_, where)) return refuse({*why});
        if (with_.admin_listen) {
            admin_site_.emplace();
            auto const admin = listen(admin_, *admin_site_, *with_.admin_listen, std::nullopt);
            if (!admin) return cannot_listen(admin.error());
            auto const whom =
                listen_address{admin->host, admin->port}.is_loopback() ? audience::this_machine : audience::anybody;
            add_probes(*admin_site_, whom);
            add_reports(*admin_site_, whom);
            if (is_public()) add_api_description(*admin_site_, whom, bound->url() + with_.base_path);
            admin_->start();
            log_.write(shop::severity::info, "admin listening", {{"url", admin->url()}});
        } else if (where.is_loopback()) {
            add_reports(*site_, audience::this_machine);
            if (is_public()) {
                add_api_description(*site_, audience::this_machine, with_.base_path.empty() ? "/" : with_.base_path);
            }
        }
        if (!is_public()) {
            add_probes(*site_, audience::anybody);  // the gateway asks for them
        } else if (!with_.admin_listen && where.is_loopback()) {
            add_probes(*site_, audience::this_machine);
        }
        watching_->numbers().gauge("shop_http_connections", {},
                                   [this] { return static_cast<double>(server_->connections()); });
        server_->start();
        asio::co_spawn(context_, heed_signals(), [this](std::exception_ptr thrown) {
            if (thrown) log_.write(shop::severity::error, "stopping failed", {{"reason", words_of_exception(thrown)}});
        });
        serving_ = true;
        log_.write(shop::severity::info, "listening",
                   {{"url", bound->url()},
                    {"role", std::string(shop::to_word(role_))},
                    {"store", role_ == role::gateway ? "none" : std::string(shop::to_word(with_.store.which))},
                    {"version", SHOP_VERSION}});
        std::cout << "listening on " << bound->url() << std::endl;
        return exit_ok;
    }

private:
    /// Whether it serves the public API, not one service to others.
    bool is_public() const { return role_ == role::all || role_ == role::gateway; }

    shop::result<shop::http::endpoint> listen(std::optional<shop::http::server>& server, shop::http::handler& face,
                                              listen_address const& where,
                                              std::optional<shop::http::tls_identity> identity) {
        shop::http::server_options bounds;
        bounds.connections_max = with_.connections;
        bounds.bodies_bytes_max = with_.body_memory_mib * 1024 * 1024;
        if (is_public()) {  // of a service, the gateways are the callers
            bounds.connections_per_peer_max = with_.connections_per_address;
            bounds.bodies_bytes_per_caller_max = with_.body_memory_per_caller_mib * 1024 * 1024;
        }
        bounds.idle_max = with_.idle;
        bounds.base_path = with_.base_path;
        bounds.trusted_proxies = with_.trusted_proxies;
        bounds.tls = std::move(identity);
        server.emplace(context_.get_executor(), std::move(bounds), face);
        return server->listen(where.host, where.port);
    }
    static exit_code cannot_listen(shop::error const& why) {
        std::cerr << "shop-server: " << why.message() << "; stop what listens there, or let HOST:0 pick a free port\n";
        return exit_try_later;
    }

    /// What whoever looks after the process asks for.
    void add_probes(shop::http::resources& to, audience whom) {
        to.add("/livez", whom, [] { return shop::http::response(200, R"({"status":"live"})"); });
        to.add("/readyz", whom, [this] { return readiness(); });
    }

    /// What whoever watches many of them asks for.
    void add_reports(shop::http::resources& to, audience whom) {
        std::string info = R"({"name":"shop-server","version":")" SHOP_VERSION R"(","roles":[)";
        shop::json::append_string(info, shop::to_word(role_));
        info += "],\"store\":";
        shop::json::append_string(info, role_ == role::gateway ? "none" : shop::to_word(with_.store.which));
        info += '}';
        to.add("/metrics", whom, [this] {
            shop::http::response out(200, watching_->numbers().text());
            out.content_type(metrics::media_type);
            return out;
        });
        to.add("/info", whom, [info] { return shop::http::response(200, info); });
    }

    shop::http::response readiness() const {
        if (!serving_) return shop::http::response(503, R"({"status":"stopping"})");
        auto const missing = wiring_->not_ready();
        if (missing.empty()) return shop::http::response(200, R"({"status":"ready"})");
        std::string body = R"({"status":")";
        body += wiring_->is_read_only() ? status_read_only : "not ready";
        body += R"(","waits_for":)";
        shop::json::append(body, missing);
        return shop::http::response(503, body + '}');
    }

    asio::awaitable<void> heed_signals() {
        for (;;) {
            auto const signal = co_await signals_.async_wait(asio::use_awaitable);
            if (signal != SIGHUP) break;
            reload();
        }
        log_.write(shop::severity::info, "stopping", {{"grace_ms", std::to_string(with_.grace.count())}});
        serving_ = false;
        wiring_->end_streams();
        // Who asks a second time does not want to wait.
        signals_.async_wait([this](boost::system::error_code failed, int) {
            if (!failed) server_->stop();
        });
        bool const all_answered = co_await server_->drain(std::chrono::steady_clock::now() + with_.grace);
        signals_.cancel();
        if (!all_answered) log_.write(shop::severity::warning, "requests were cut off", {});
        if (admin_) admin_->stop();
        wiring_->close();
        watching_->stop();
        context_.stop();  // `serve` lets what still runs come to its end, for a bounded time
    }

    /// Settings are taken as a whole or not at all; of the files they name, each by itself.
    void reload() {
        auto const again = read(from_);
        if (auto const refusals = refuse_to_reload(role_, now_, again, where_); !refusals.empty()) {
            refuse_reload(refusals, "all settings");
            return;
        }
        for (std::size_t i = 0; i < again.rows.size(); ++i) {
            auto const& row = again.rows[i];
            if (row.value == std::exchange(rows_[i].value, row.value)) continue;
            log_.write(row.of->reloadable ? shop::severity::info : shop::severity::warning,
                       row.of->reloadable ? "setting reloaded" : "setting needs a restart",
                       {{"setting", std::string(row.of->name)}, {"value", row.shown()}});
        }
        now_ = reloaded(now_, again);
        log_.set_level(now_.log_level);
        auto refusals = wiring_->reload(now_);
        if (!now_.tls_certificate.empty()) {
            auto identity = shop::http::tls_identity::read({now_.tls_certificate, now_.tls_key, now_.tls_client_trust});
            if (identity) {
                server_->set_tls(std::move(*identity));
            } else {
                refusals.push_back(tls_settings + std::string(identity.error().message()));
            }
        }
        if (credentials_) {
            auto read = service_credentials::read(now_.service_credentials, now_.service_callers);
            if (!read) {
                refusals.emplace_back(read.error().message());
            } else if (*read != *credentials_) {
                *credentials_ = std::move(*read);
                watching_->security().write(security_event::credentials_changed, {});
            }
        }
        refuse_reload(refusals, "what this setting names");
        if (refusals.empty()) watching_->security().write(security_event::settings_reloaded, {});
    }

    void refuse_reload(std::vector<std::string> const& reasons, std::string const& kept) {
        for (auto const& why : reasons)
            watching_->security().write(security_event::reload_refused, {{"reason", why}, {"kept", kept}});
    }

    asio::io_context& context_;
    json_log& log_;
    role role_;
    setting_sources const& from_;
    settings const& with_;
    settings now_;  // after reloads
    listen_address where_;
    std::vector<read_settings::row> rows_;  // as last read
    asio::signal_set signals_;
    std::shared_ptr<service_credentials> credentials_;
    std::optional<observation> watching_;
    std::unique_ptr<wiring> wiring_;
    std::optional<shop::http::resources> site_, admin_site_;
    std::optional<shop::http::server> server_, admin_;
    bool serving_ = false;
};

}  // namespace

exit_code serve(role what, setting_sources const& from, read_settings const& with) {
    // Both are told by the write that fails: a client hung up, a file may not grow.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    json_log log(with.values.log_level);
    for (auto const& warning : with.warnings)
        log.write(shop::severity::warning, "setting ignored", {{"reason", warning}});
    asio::io_context context(1);
    running_server server(context, log, what, from, with);
    if (auto started = server.start(); started != exit_ok) return started;
    context.run();
    context.restart();
    context.run_for(rest_max);
    log.write(shop::severity::info, "stopped", {});
    return exit_ok;
}

}  // namespace shop_server
