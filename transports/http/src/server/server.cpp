#include <shop/http/server.hpp>

#include "server/server_state.hpp"

namespace shop::http {

std::string endpoint::url() const {
    bool const v6 = host.find(':') != std::string::npos;
    return (tls ? "https://" : "http://") + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

server::server(asio::any_io_executor executor, server_options options, http::handler& handler)
    : server_state_(std::make_shared<detail::server_state>(std::move(executor), std::move(options), handler)) {}

server::~server() {
    server_state_->stop();
}

result<endpoint> server::listen(std::string const& host, std::uint16_t port) {
    return server_state_->listen(host, port);
}

void server::start() {
    server_state_->start();
}

void server::stop_accepting() {
    server_state_->stop_accepting();
}

asio::awaitable<bool> server::drain(steady_time deadline) {
    return server_state_->drain(deadline);
}

void server::stop() {
    server_state_->stop();
}

void server::set_tls(tls_identity identity) {
    server_state_->set_tls(std::move(identity));
}

std::size_t server::connections() const {
    return server_state_->connections();
}

}  // namespace shop::http
