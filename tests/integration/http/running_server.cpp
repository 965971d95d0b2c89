#include "running_server.hpp"

#include <algorithm>
#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

namespace shop::http::test {

using namespace std::chrono_literals;

admission recorder::admit(request const& head) {
    admission out;
    if (head.path == "/echo") out.body_bytes_max = echo_bytes_max;
    if (head.path == "/echo-more") out.body_bytes_max = echo_more_bytes_max;
    if (head.path == "/refused") out.answer = response(409, "{}");
    out.undecided = head.path.starts_with("/later");
    if (head.path == "/throws-early") throw std::runtime_error("not for the client");
    return out;
}

asio::awaitable<admission> recorder::admit_later(request const& head) {
    {
        std::lock_guard lock(mutex_);
        seen_.emplace_back("judging " + std::string(head.target));
        arrived_.notify_all();
    }
    co_await release();
    admission out;
    out.body_bytes_max = echo_more_bytes_max;
    out.fields = "X-Judged: later\r\n";
    if (head.path == "/later-refused") out.answer = response(401, "{}");
    if (head.path == "/later-throws") throw std::runtime_error("not for the client");
    co_return out;
}

asio::awaitable<void> recorder::release() const {
    asio::steady_timer tick(co_await asio::this_coro::executor);
    while (!released_) {
        tick.expires_after(1ms);
        co_await tick.async_wait(asio::use_awaitable);
    }
}

asio::awaitable<response> recorder::handle(request const& request) {
    {
        std::lock_guard lock(mutex_);
        seen_.emplace_back(request.target);
        fields_.clear();
        for (auto const& field : request.headers) fields_.emplace(field.name, field.value);
        client_ = request.client;
        path_ = request.path;
        arrived_.notify_all();
    }
    if (request.path == "/throws") throw std::runtime_error("not for the client");
    if (request.path == "/throws-int") throw 42;
    if (request.path.starts_with("/echo") || request.path.starts_with("/later"))
        co_return response(200, std::string(request.body));
    if (request.path == "/large") co_return response(200, std::string(large_bytes, 'x'));
    if (request.path == "/empty") co_return response(204);
    if (request.path == "/held") co_await release();
    if (request.path == "/streamed") {
        response out(200);
        out.content_type("text/event-stream");
        out.cache = cache_policy::as_it_comes;
        std::lock_guard lock(mutex_);
        pipe_ = out.stream = std::make_shared<body_pipe>(pipe_bytes_max);
        out.stream->write("first;");
        arrived_.notify_all();
        co_return out;
    }
    co_return response(200, "\"hello\"");
}

std::vector<std::string> recorder::seen() const {
    std::lock_guard lock(mutex_);
    return seen_;
}

std::optional<std::string> recorder::last_field(std::string const& name) const {
    std::lock_guard lock(mutex_);
    auto const found = fields_.find(name);
    if (found == fields_.end()) return std::nullopt;
    return found->second;
}

std::shared_ptr<body_pipe> recorder::last_pipe() const {
    std::lock_guard lock(mutex_);
    return pipe_.lock();
}

std::string recorder::last_path() const {
    std::lock_guard lock(mutex_);
    return path_;
}

std::string recorder::last_client() const {
    std::lock_guard lock(mutex_);
    return client_;
}

void recorder::wait_for(std::string const& target) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return std::ranges::find(seen_, target) != seen_.end(); });
}

server_options quick_options() {
    server_options options;
    options.sweep_interval = 10ms;
    return options;
}

running_server::running_server(server_options options) : server_(context_.get_executor(), options, handler_) {
    port_ = server_.listen("127.0.0.1", 0).value().port;
    server_.start();
    thread_ = std::thread([this] { context_.run(); });
}

running_server::~running_server() {
    handler_.release_held();
    asio::post(context_, [this] { server_.stop(); });
    thread_.join();  // the context runs out of work: nothing of the server is left
}

bool running_server::wait_for_connections(std::size_t wanted) const {
    auto const until = std::chrono::steady_clock::now() + 10s;
    while (connections() != wanted && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    return connections() == wanted;
}

void running_server::on_its_thread(std::function<void(server&)> what) {
    std::promise<void> done;
    asio::post(context_, [&] {
        what(server_);
        done.set_value();
    });
    done.get_future().wait();
}

std::future<bool> running_server::drain(std::chrono::milliseconds within) {
    auto draining = server_.drain(std::chrono::steady_clock::now() + within);
    return asio::co_spawn(context_, std::move(draining), asio::use_future);
}

}  // namespace shop::http::test
