#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>

#include <shop/http/body_pipe.hpp>
#include <shop/http/server.hpp>

namespace shop::http::test {

/// A handler that remembers what it saw. `/echo` takes 1,000 bytes and answers them, `/echo-more` takes more, `/large`
/// answers many, `/streamed` begins a body that goes on, `/held` answers when released, `/throws` throws; `/later...`
/// is judged when released, `/later-refused` with 401, and takes as much as `/echo-more`; anything else answers
/// `hello`.
class recorder : public handler {
public:
    static constexpr std::size_t echo_bytes_max = 1'000;
    static constexpr std::size_t echo_more_bytes_max = 4 * 1024 * 1024;
    static constexpr std::size_t pipe_bytes_max = 64 * 1024;
    static constexpr std::size_t large_bytes = 32 * 1024 * 1024;

    admission admit(request const& head) override;
    asio::awaitable<admission> admit_later(request const& head) override;
    asio::awaitable<response> handle(request const& request) override;

    /// The targets answered so far, in order.
    std::vector<std::string> seen() const;
    /// A field of the last request answered.
    std::optional<std::string> last_field(std::string const& name) const;

    /// The body of the last answer to `/streamed`, while the server sends it.
    std::shared_ptr<body_pipe> last_pipe() const;

    std::string last_path() const;
    /// Whose address the last request answered was said to come from.
    std::string last_client() const;

    /// Waits until a request for that target has arrived.
    void wait_for(std::string const& target);
    void release_held() { released_ = true; }

private:
    asio::awaitable<void> release() const;

    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<std::string> seen_;
    std::map<std::string, std::string> fields_;
    std::string client_, path_;
    std::weak_ptr<body_pipe> pipe_;
    std::atomic<bool> released_ = false;
};

/// Short limits for tests of time: what must not strike in a test stays at seconds.
server_options quick_options();

/// A server on a port of its own, running in a thread of its own.
class running_server {
public:
    explicit running_server(server_options options = quick_options());
    ~running_server();

    std::uint16_t port() const { return port_; }
    recorder& handled() { return handler_; }
    std::size_t connections() const { return server_.connections(); }
    /// Waits until that many connections are open. @return whether it came to that.
    bool wait_for_connections(std::size_t wanted) const;
    /// Runs something on the server's thread, and waits for its end.
    void on_its_thread(std::function<void(server&)> what);
    asio::io_context& context() { return context_; }
    /// Begins to drain.
    std::future<bool> drain(std::chrono::milliseconds within);

private:
    asio::io_context context_{1};
    recorder handler_;
    server server_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

}  // namespace shop::http::test
