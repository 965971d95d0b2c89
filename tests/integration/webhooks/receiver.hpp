#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace webhooks::test {

/// One connection of a receiver, read and written without looking at HTTP beyond the end of a request.
class connection {
public:
    explicit connection(int socket) : socket_(socket) {}

    /// The next request, head and body; empty when the sender is gone.
    std::string read_request();
    /// @return false when the sender is gone
    bool write(std::string_view text);
    /// Returns when the sender is gone.
    void wait_for_end();
    /// Whether the sender is gone.
    bool is_left() const;

private:
    int socket_;
    std::string read_;
};

/// Accepts connections on a port of this machine and treats each as it is told, on a thread of its own.
class receiver {
public:
    using treatment = std::function<void(connection&)>;

    /// Answers each request of each connection with that text.
    static treatment answering(std::string answer);

    explicit receiver(treatment how);
    ~receiver();
    receiver(receiver const&) = delete;
    receiver& operator=(receiver const&) = delete;

    std::string url(std::string const& host = "127.0.0.1") const {
        return "http://" + host + ":" + std::to_string(port_) + "/hooks?shop=1";
    }
    std::uint16_t port() const { return port_; }
    std::size_t connections() const { return connections_; }

private:
    void serve();

    treatment how_;
    int listener_;
    std::uint16_t port_ = 0;
    std::atomic<std::size_t> connections_ = 0;
    std::mutex mutex_;
    std::list<int> open_;
    std::list<std::thread> threads_;
    bool closing_ = false;
    std::thread acceptor_;
};

/// `HTTP/1.1 200 OK` with that head and body.
std::string answer(int status, std::string_view more_head = {}, std::string_view body = "ok");

}  // namespace webhooks::test
