#include "wiring.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <shop/transport/remote.hpp>

#include "access/secret_file.hpp"
#include "channels/channels.hpp"
#include "edge/product_cache.hpp"
#include "exceptions.hpp"
#include "peers/instances.hpp"
#include "peers/service_calls.hpp"
#include "store_access.hpp"

namespace shop_server {

using namespace std::chrono_literals;
namespace transport = shop::transport;

namespace {

constexpr auto between_checks = 1s;

// Whoever is nearest to an instance that hangs asks another; a gateway leaves a service the time for it.
constexpr auto overdue_margin_of_a_service = 250ms;
constexpr auto overdue_margin_of_a_gateway = 500ms;

/// Which peers a role needs.
struct needs {
    bool product, inventory, order, notification;
};

constexpr needs needs_of(role what) {
    switch (what) {
        case role::all:
        case role::product:
        case role::notification:
            return {false, false, false, false};
        case role::gateway:
            return {true, true, true, true};
        case role::inventory:
            return {true, false, false, true};
        case role::order:
            return {true, true, false, true};
    }
    return {};
}

shop::http::live_update_options bounds_of_streams(settings const& with) {
    shop::http::live_update_options out;
    out.streams_max = with.streams;
    out.streams_per_account_max = with.streams_per_account;
    out.streams_per_address_max = with.streams_per_address;
    return out;
}

shop::services_here here_of(role what) {
    bool const all = what == role::all;
    return {all || what == role::product, all || what == role::inventory, all || what == role::order,
            all || what == role::notification};
}

}  // namespace

std::vector<std::string> missing_settings(role what, settings const& with) {
    std::vector<std::string> missing;
    auto const who = std::string(shop::to_word(what));
    auto const look = [&](bool needed, std::vector<std::string> const& addresses, std::string const& service) {
        if (needed && addresses.empty())
            missing.push_back(service + ": the role " + who + " must know where that service is");
    };
    auto const needed = needs_of(what);
    look(needed.product, with.product, "product");
    look(needed.inventory, with.inventory, "inventory");
    look(needed.order, with.order, "order");
    look(needed.notification, with.notification, "notification");
    if (!with.jwt_issuer.empty() && with.jwt_audience.empty())
        missing.emplace_back("jwt-audience: jwt-issuer is nothing without it");
    if (!with.jwt_issuer.empty() && with.jwt_keys.empty())
        missing.emplace_back("jwt-keys: jwt-issuer is nothing without it");
    if (with.tls_certificate.empty() != with.tls_key.empty()) {
        missing.emplace_back("tls-certificate and tls-key: one is nothing without the other");
    }
    if (with.tls_client_certificate.empty() != with.tls_client_key.empty()) {
        missing.emplace_back("tls-client-certificate and tls-client-key: one is nothing without the other");
    }
    if (!with.tls_client_trust.empty() && with.tls_certificate.empty()) {
        missing.emplace_back(
            "tls-client-trust: without tls-certificate there is no TLS in which callers could show theirs");
    }
    bool const calls = needed.product || needed.inventory || needed.order || needed.notification ||
                       (what == role::notification && !with.order.empty());
    if (calls && with.service_credentials.empty()) {
        missing.push_back("service-credentials: the role " + who +
                          " needs a secret to show to the services that it calls");
    }
    if (what != role::all && what != role::gateway && with.service_callers.empty()) {
        missing.push_back("service-callers: the role " + who + " must know who may call it");
    }
    return missing;
}

namespace {

/// Why files that were named anew cannot be used.
std::vector<std::string> unusable_files(settings const& running, settings const& next) {
    std::vector<std::string> out;
    auto const look = [&](std::string_view setting, auto const& read) {
        if (!read) out.push_back(std::string(setting) + ": " + std::string(read.error().message()));
    };
    if (next.keys != running.keys && !next.keys.empty()) look("keys", api_keys::read(next.keys));
    if (next.service_credentials != running.service_credentials || next.service_callers != running.service_callers) {
        auto const read = service_credentials::read(next.service_credentials, next.service_callers);
        if (!read) out.emplace_back(read.error().message());
    }
    bool const is_new_identity = next.tls_certificate != running.tls_certificate || next.tls_key != running.tls_key ||
                                 next.tls_client_trust != running.tls_client_trust;
    if (is_new_identity && !next.tls_certificate.empty()) {
        look("tls-certificate, tls-key, tls-client-trust",
             shop::http::tls_identity::read({next.tls_certificate, next.tls_key, next.tls_client_trust}));
    }
    return out;
}

}  // namespace

std::vector<std::string> refuse_to_reload(role what, settings const& running, read_settings const& again,
                                          listen_address const& where) {
    auto out = again.refusals;
    if (!out.empty()) return out;
    // A start with these settings would end at once; what this process would become of them must hold as well.
    auto const next = reloaded(running, again);
    out = missing_settings(what, again.values);
    if (auto why = refuse_to_serve(what, again.values, again.values.listen)) out.push_back(*std::move(why));
    if (out.empty()) {
        if (auto why = refuse_to_serve(what, next, where)) out.push_back(*std::move(why));
    }
    bool const is_public = what == role::all || what == role::gateway;
    if (is_public && running.asks_who() && !(next.asks_who() && again.values.asks_who())) {
        out.emplace_back(
            "keys, jwt-issuer: callers must say who they are since the start, and nothing would be left by which to "
            "know them; restart "
            "the server if everybody on this machine is to be let in");
    } else if (is_public && !running.asks_who() && next.asks_who()) {
        out.emplace_back(
            "keys: everybody on this machine is let in since the start; restart the server so that callers must say "
            "who they are");
    }
    if (running.tls_certificate.empty() != next.tls_certificate.empty()) {
        out.emplace_back("tls-certificate: whether the port speaks TLS is settled at start; restart the server");
    }
    if (running.tls_client_trust.empty() != next.tls_client_trust.empty()) {
        out.emplace_back(
            "tls-client-trust: whether callers must show a certificate is settled at start; restart the server");
    }
    if (out.empty()) out = unusable_files(running, next);
    return out;
}

shop::result<std::unique_ptr<wiring>> wiring::open(role what, settings const& with, shop::service_context context,
                                                   std::shared_ptr<service_credentials> credentials,
                                                   observation& watching) {
    std::unique_ptr<wiring> out(new wiring(std::move(context), std::move(credentials), watching));
    bool const is_public = what == role::gateway || what == role::all;
    auto opened = out->meet_peers(what, with);
    if (opened && is_public) opened = out->open_doors(with);
    if (opened && is_public) opened = out->read_cursor_key(with);
    if (opened && what != role::gateway) opened = out->run_services(what, with);
    if (!opened) return opened.error();
    if (is_public) {
        out->serve_rest(what == role::gateway ? out->elsewhere_ : out->engine_.ports(), with);
    } else {
        out->offer(what);
    }
    for (auto const& one : out->peers_) one->start();
    return out;
}

shop::result<void> wiring::meet_peers(role what, settings const& with) {
    peer_options options;
    if (credentials_) options.credential = [credentials = credentials_] { return credentials->authorization(); };
    options.security = &watching_.security();
    options.batching = with.batching;
    options.overdue_margin = what == role::gateway ? overdue_margin_of_a_gateway : overdue_margin_of_a_service;
    if (!with.tls_trust.empty()) {
        auto trust = shop::http::tls_trust::read(with.tls_trust);
        if (!trust)
            return shop::error(shop::error_code::invalid_value, "tls-trust: " + std::string(trust.error().message()));
        options.trust = std::move(*trust);
    }
    if (!with.tls_client_certificate.empty()) {
        auto const believed = options.trust ? *options.trust : shop::http::tls_trust::of_the_system();
        auto showing = believed.showing({with.tls_client_certificate, with.tls_client_key});
        if (!showing) {
            return shop::error(shop::error_code::invalid_value,
                               "tls-client-certificate, tls-client-key: " + std::string(showing.error().message()));
        }
        options.trust = std::move(*showing);
    }
    for (auto const& [service, addresses] :
         {std::pair("product", &with.product), std::pair("inventory", &with.inventory), std::pair("order", &with.order),
          std::pair("notification", &with.notification)}) {
        if (auto guarded = check_registry_files(*addresses); !guarded) {
            return shop::error(guarded.error().code(), service + (": " + std::string(guarded.error().message())));
        }
    }
    auto needed = needs_of(what);
    // Contact data and contents of messages stand in the orders.
    if (what == role::notification && !with.order.empty()) needed.order = true;
    auto const watch = watching_.watch(hop::client);
    if (needed.product) {
        auto const there = meet("product", with.product, options);
        elsewhere_.products = transport::remote_products(context_, there->channel(), watch);
    }
    if (needed.inventory) {
        inventory_ = meet("inventory", with.inventory, options);
        elsewhere_.inventory = transport::remote_inventory(context_, inventory_->channel(), watch);
    }
    if (needed.order) {
        auto const there = meet("order", with.order, options);
        elsewhere_.orders = transport::remote_orders(context_, there->channel(), watch);
    }
    if (needed.notification) {
        auto const there = meet("notification", with.notification, options);
        elsewhere_.notifications = transport::remote_notifications(context_, there->channel(), watch);
    }
    return {};
}

std::shared_ptr<peer> wiring::meet(std::string service, std::vector<std::string> const& addresses,
                                   peer_options options) {
    options.service = std::move(service);
    options.addresses = addresses;
    peers_.push_back(std::make_shared<peer>(context_, std::move(options)));
    watching_.add(peers_.back());
    return peers_.back();
}

shop::result<void> wiring::open_doors(settings const& with) {
    auto door = access_control::open(with, context_, watching_.security());
    if (!door) return shop::error(shop::error_code::invalid_value, std::string(door.error().message()));
    access_control_ = std::move(*door);
    auto* keeper = access_control_.get();
    watching_.numbers().counter("shop_rate_limited_total", {},
                                [keeper] { return static_cast<double>(keeper->rate_limited()); });
    watching_.numbers().counter("shop_unauthenticated_total", {},
                                [keeper] { return static_cast<double>(keeper->unauthenticated()); });
    return {};
}

shop::result<void> wiring::read_cursor_key(settings const& with) {
    if (with.cursor_key.empty()) return {};
    constexpr std::size_t file_bytes_max = 4096;
    auto const refuse = [](shop::error const& why) {
        return shop::error(shop::error_code::invalid_value, "cursor-key: " + std::string(why.message()));
    };
    auto secret = read_guarded_file(with.cursor_key, file_bytes_max);
    if (!secret) return refuse(secret.error());
    while (secret->ends_with('\n') || secret->ends_with('\r')) secret->pop_back();
    auto seal = shop::http::cursor_seal::from(*secret);
    if (!seal) return refuse(seal.error());
    cursors_ = std::move(*seal);
    return {};
}

namespace {

/// How customers are told, and in which words.
shop::result<void> set_up_notifications(shop::engine_options& options, settings const& with,
                                        shop::service_context const& context) {
    auto channels = make_channels(with, context);
    if (!channels) return channels.error();
    options.channels = std::move(*channels);
    options.delivery.rate = with.recipient_rate;
    if (with.templates.empty()) return {};
    auto templates = shop::notifications::templates_from(with.templates);
    if (!templates) {
        return shop::error(shop::error_code::invalid_value, "templates: " + std::string(templates.error().message()));
    }
    options.templates = std::move(*templates);
    return {};
}

}  // namespace

shop::result<void> wiring::run_services(role what, settings const& with) {
    shop::engine_options options;
    auto const database = std::make_shared<shop::storage::postgres_statistics>();
    options.store = open_with(with, store_use::serve, database);
    options.executor = context_.executor;
    options.clock = context_.clock;
    options.ids = context_.ids;
    options.log = context_.log;
    options.here = here_of(what);
    options.elsewhere = elsewhere_;
    options.unknown_skus = with.unknown_skus;
    if (options.here.notifications) {
        if (auto told = set_up_notifications(options, with, context_); !told) return told.error();
        if (auto opened = open_webhooks(options, with); !opened) return opened.error();
    }
    if (inventory_)
        options.inventory_available = [inventory = inventory_] {
            return inventory->balance().is_available() && !inventory->is_read_only();
        };
    options.on_order_step = [this] {
        if (live_) live_->orders_changed();
    };
    options.on_stock_change = [this] {
        if (live_) live_->stock_changed();
    };
    auto opened = shop::engine::open(std::move(options));
    if (!opened) return opened.error();
    engine_ = std::move(*opened);
    has_store_ = true;
    watching_.add(engine_, with.store.which == store_choice::kind::postgres ? database : nullptr);
    between_looks_ = std::make_shared<shop::interruptible_timer>(context_);
    asio::co_spawn(context_.executor, watch_stores(*this, between_looks_), asio::detached);
    return {};
}

shop::result<void> wiring::open_webhooks(shop::engine_options& options, settings const& with) {
    webhook::sender_options sending;
    if (with.webhook_private_targets) sending.allowed = webhook::targets::any;
    sending.trust = with.webhook_trust;
    auto sender = webhook::curl_sender::open(std::move(sending), *context_.clock);
    if (!sender) {
        return shop::error(shop::error_code::invalid_value, "webhook-trust: " + std::string(sender.error().message()));
    }
    webhooks_ = std::move(*sender);
    options.webhooks.sender = webhooks_;
    options.webhooks.failing_max = std::chrono::days(with.webhook_failing_days);
    return {};
}

void wiring::offer(role what) {
    auto const to = std::make_shared<transport::endpoint>(*context_.clock, watching_.watch(hop::service));
    auto const here = here_of(what);
    auto const ports = engine_.ports();
    if (here.products) to->offer(ports.products);
    if (here.inventory) to->offer(ports.inventory);
    if (here.orders) to->offer(ports.orders);
    if (here.notifications) to->offer(ports.notifications);
    refusals_.emplace(context_, draw_hash_seed(context_), watching_.security());
    internal_.emplace(to, [this](shop::http::request const& head, std::string_view operation) {
        return judge_caller(head, operation);
    });
}

std::optional<shop::error> wiring::judge_caller(shop::http::request const& head, std::string_view operation) {
    auto const who = credentials_->caller(head.find("Authorization").value_or(std::string_view{}));
    if (!who) {
        refusals_->answered(head, 401, {});
        return shop::error(shop::error_code::unauthenticated, "this needs the credential of a service");
    }
    if (may_call(*who, operation)) return std::nullopt;
    refusals_->answered(head, 403, operation, shop::to_word(*who));
    return shop::error(shop::error_code::forbidden,
                       "the role " + std::string(shop::to_word(*who)) + " does not ask for this");
}

void wiring::open_streams(settings const& with) {
    live_.emplace(context_, bounds_of_streams(with), served_.orders, served_.inventory);
    auto const operations = shop::http::live_updates::operations();
    for (std::size_t i = 0; i < operations.size(); ++i) {
        std::string const operation(operations[i]);
        auto const* live = &*live_;
        watching_.numbers().gauge("shop_streams_open", {{"operation", operation}},
                                  [live, i] { return static_cast<double>(live->open(i)); });
        watching_.numbers().counter("shop_stream_events_total", {{"operation", operation}},
                                    [live, i] { return static_cast<double>(live->events(i)); });
        for (std::size_t n = 0; n < words_of(shop::http::stream_end{}).size(); ++n) {
            auto const why = static_cast<shop::http::stream_end>(n);
            watching_.numbers().counter("shop_streams_ended_total",
                                        {{"operation", operation}, {"reason", std::string(shop::to_word(why))}},
                                        [live, i, why] { return static_cast<double>(live->ended(i, why)); });
        }
    }
}

void wiring::end_streams() {
    if (live_) live_->stop();
}

void wiring::serve_rest(shop::services services, settings const& with) {
    served_ = std::move(services);
    open_streams(with);
    if (!has_store_) served_.products = cached_products(context_, served_.products);
    shop::http::rest_options options;
    options.clock = context_.clock;
    options.access_control = access_control_.get();
    options.cursors = cursors_;
    options.live = &*live_;
    if (!cursors_ && !has_store_) {
        context_.log->write(shop::severity::warning,
                            "cursor-key is not set: cursors are good at this gateway, until it ends", {});
    }
    options.draw_span = watching_.span_source();
    options.on_answered = [this](auto const& request, auto const& answer, std::string_view operation) {
        watching_.answered(request, answer, operation);
        access_control_->answered(request, answer.status, operation);
    };
    options.on_exception = [log = context_.log](std::string_view operation, std::exception_ptr const& thrown) {
        log->write(shop::severity::error, "an operation failed",
                   {{"operation", std::string(operation)}, {"reason", words_of_exception(thrown)}});
    };
    rest_.emplace(std::move(options), *served_.products, *served_.inventory, *served_.orders, *served_.notifications);
    order_expansion_.emplace(*rest_, served_.products, *context_.clock);
    cors_and_load_shedding_.emplace(*order_expansion_, *access_control_,
                                    edge_options{with.allowed_origins, with.requests_max});
}

shop::http::handler& wiring::face() {
    if (cors_and_load_shedding_) return *cors_and_load_shedding_;
    return *internal_;
}

asio::awaitable<void> wiring::watch_stores(wiring& self, std::shared_ptr<shop::interruptible_timer> between) {
    while (!between->stopped()) {
        auto const fine = co_await self.engine_.check_stores();
        if (between->stopped()) co_return;
        if (self.store_answers_ != fine.has_value()) {
            self.store_answers_ = fine.has_value();
            self.context_.log->write(fine ? shop::severity::info : shop::severity::warning,
                                     fine ? "store answers again" : "store does not answer",
                                     {{"reason", fine ? std::string("none") : std::string(fine.error().word())}});
        }
        auto const room = self.engine_.check_room();
        if (self.store_has_room_ != room.has_value()) {
            self.store_has_room_ = room.has_value();
            self.context_.log->write(room ? shop::severity::info : shop::severity::error,
                                     room ? "store has room again" : "store has no room", {});
        }
        co_await between->sleep(fine ? between_checks : shop::limits::away_pace);
    }
}

std::vector<std::string> wiring::not_ready() const {
    std::vector<std::string> out;
    if (has_store_ && !store_answers_) out.emplace_back("store");
    if (is_read_only()) out.emplace_back("disk space");
    if (!rest_ || has_store_) return out;  // a service is ready without its peers: it answers what it can
    for (auto const& one : peers_) {
        if (!one->is_ready()) out.push_back(one->service());
    }
    return out;
}

std::vector<std::string> wiring::reload(settings const& with) {
    watching_.set_access_log(with.access_log.value_or(!has_store_));
    if (!cors_and_load_shedding_) return {};
    cors_and_load_shedding_->set_options({with.allowed_origins, with.requests_max});
    auto refusals = access_control_->reload(with);
    live_->reload(bounds_of_streams(with));  // whose key is gone is let go
    return refusals;
}

void wiring::close() {
    if (between_looks_) between_looks_->stop();
    end_streams();
    for (auto const& one : peers_) one->stop();
    engine_.close();
    if (webhooks_) webhooks_->close();
}

}  // namespace shop_server
