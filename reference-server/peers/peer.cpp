#include "peers/peer.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <shop/http/channel.hpp>
#include <shop/json/json.hpp>

#include "peers/instances.hpp"

namespace shop_server {

using namespace std::chrono_literals;

namespace {

constexpr auto between_looks = 1s;
constexpr auto answer_max = 1s;

shop::transport::balancing_options balancing(peer_options const& from) {
    shop::transport::balancing_options out;
    out.overdue_margin = from.overdue_margin;
    if (from.batching) {
        out.batching.emplace();
        out.batching->batches_max = from.messages_in_flight_max;
    }
    return out;
}

bool says_read_only(std::string_view body) {
    auto const said = shop::json::parse(body);
    if (!said) return false;
    auto const status = said->root().find("status");
    return status && status->as_string() == status_read_only;
}

}  // namespace

peer::peer(shop::service_context context, peer_options options)
    : context_(std::move(context)),
      options_(std::move(options)),
      between_looks_(context_),
      balanced_(std::make_shared<shop::transport::balancing_channel>(context_, std::vector<shop::transport::instance>{},
                                                                     balancing(options_))) {}

bool peer::is_ready() const {
    auto const ready = [](auto const& one) { return one.second; };
    return balanced_->is_available() && std::ranges::any_of(ready_, ready);
}

bool peer::is_read_only() const {
    auto const ready = [](auto const& one) { return one.second; };
    return !read_only_.empty() && std::ranges::none_of(ready_, ready);
}

void peer::start() {
    asio::co_spawn(context_.executor, look_after(shared_from_this()), asio::detached);
}

void peer::stop() {
    between_looks_.stop();
}

asio::awaitable<void> peer::look_after(std::shared_ptr<peer> self) {
    auto const& clock = *self->context_.clock;
    auto next = clock.now();  // when all are looked at
    while (!self->between_looks_.stopped()) {
        bool const all = clock.now() >= next;
        if (all) {
            next = clock.now() + between_looks;
            co_await self->find();
        }
        bool some_away = false;
        for (auto const& [address, client] : self->clients_) {
            auto const known = self->ready_.find(address);
            bool const away = known != self->ready_.end() && !known->second;
            some_away = some_away || away;
            if ((!all && !away) || !self->asked_.insert(address).second) continue;
            asio::co_spawn(self->context_.executor, self->check(address, client),
                           [self, address = address](std::exception_ptr) { self->asked_.erase(address); });
        }
        shop::steady_time::duration pause = next - clock.now();
        if (some_away) pause = std::min<shop::steady_time::duration>(pause, shop::limits::away_pace);
        co_await self->between_looks_.sleep(pause);
    }
}

asio::awaitable<void> peer::find() {
    auto addresses = options_.addresses;
    auto const found = co_await find_instances(std::move(addresses));
    if (!found) {
        std::string reason(found.error().message());
        if (std::exchange(not_found_because_, reason) == reason) co_return;  // said already
        context_.log->write(shop::severity::warning, "instances cannot be looked up",
                            {{"service", options_.service}, {"reason", reason}});
        if (found.error().code() == shop::error_code::invalid_value && options_.security) {
            options_.security->write(security_event::file_unguarded,
                                     {{"setting", options_.service}, {"reason", reason}});
        }
        co_return;
    }
    not_found_because_.clear();
    auto const known = [&](auto const& one) { return std::ranges::binary_search(*found, one.first); };
    std::vector<std::string> gone, come;
    for (auto const& one : clients_) {
        if (!known(one)) gone.push_back(one.first);
    }
    std::erase_if(clients_, [&](auto const& one) { return !known(one); });
    std::erase_if(ready_, [&](auto const& one) { return !known(one); });
    std::erase_if(read_only_, [&](auto const& one) { return !std::ranges::binary_search(*found, one); });
    for (auto const& address : *found) {
        if (clients_.contains(address)) continue;
        shop::http::client_options bounds;
        bounds.trust = options_.trust;
        clients_[address] = std::make_shared<shop::http::client>(context_.executor, *shop::http::origin::parse(address),
                                                                 std::move(bounds));
        come.push_back(address);
    }
    if (gone.empty() && come.empty()) co_return;
    if (tell_) tell_(gone, come);
    std::vector<shop::transport::instance> instances;
    for (auto const& [address, client] : clients_) {
        instances.push_back({address, shop::http::client_channel(context_, client, options_.credential)});
    }
    balanced_->set_instances(std::move(instances));
}

asio::awaitable<void> peer::check(std::string address, std::shared_ptr<shop::http::client> client) {
    shop::http::client_request question;
    question.target = "/readyz";
    auto const answer = co_await client->exchange(std::move(question), context_.clock->now() + answer_max);
    bool const ready = answer && answer->status == 200;
    if (!clients_.contains(address)) co_return;
    bool const is_read_only = answer && !ready && says_read_only(answer->body);
    if (is_read_only) {
        read_only_.insert(address);
    } else {
        read_only_.erase(address);
    }
    auto const [known, fresh] = ready_.try_emplace(address, ready);
    bool const changed = fresh || std::exchange(known->second, ready) != ready;
    balanced_->set_healthy(address, ready || is_read_only);
    if (!changed) co_return;
    context_.log->write(ready ? shop::severity::info : shop::severity::warning,
                        ready ? "instance is ready" : "instance is not ready",
                        {{"service", options_.service}, {"instance", address}});
}

}  // namespace shop_server
