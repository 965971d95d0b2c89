#include <shop/http/server.hpp>

#include "hub.hpp"

namespace shop::http {

std::string endpoint::url() const {
    bool const v6 = host.find(':') != std::string::npos;
    return (tls ? "https://" : "http://") + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

server::server(asio::any_io_executor executor, server_options options, http::handler& handler)
    : hub_(std::make_shared<detail::hub>(std::move(executor), std::move(options), handler)) {}

server::~server() {
    hub_->stop();
}

result<endpoint> server::listen(std::string const& host, std::uint16_t port) {
    return hub_->listen(host, port);
}

void server::start() {
    hub_->start();
}

void server::stop_accepting() {
    hub_->stop_accepting();
}

asio::awaitable<bool> server::drain(steady_time deadline) {
    return hub_->drain(deadline);
}

void server::stop() {
    hub_->stop();
}

void server::set_tls(tls_identity identity) {
    hub_->set_tls(std::move(identity));
}

std::size_t server::connections() const {
    return hub_->connections();
}

}  // namespace shop::http
