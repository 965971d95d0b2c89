#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>

namespace shop_test {

/// What a scripted server does about a command.
struct smtp_turn {
    std::string reply;      ///< lines with their CR LF; empty: silence
    bool hangs_up = false;  ///< behind the reply
};

/// A mail server that does what the test says, in the clear.
class scripted_smtp_server {
public:
    /// What passed on one connection.
    struct dialogue {
        std::vector<std::string> commands;  ///< without CR LF; the end of a message is `.`
        std::vector<std::string> messages;  ///< as they came, dots and all
    };
    /// @param number of the connection, from 0
    /// @param command empty: the connection was made; `.`: a message ended
    /// @param so_far with this command; called by one thread at a time
    using script = std::function<smtp_turn(std::size_t number, std::string const& command, dialogue const& so_far)>;

    explicit scripted_smtp_server(script what)
        : script_(std::move(what)), acceptor_(context_, {boost::asio::ip::address_v4::loopback(), 0}) {
        port_ = acceptor_.local_endpoint().port();
        accepting_ = std::thread([this] { accept(); });
    }
    ~scripted_smtp_server() {
        closing_ = true;
        boost::system::error_code ignored;
        boost::asio::ip::tcp::socket last(context_);  // wakes the one who accepts
        last.connect({boost::asio::ip::address_v4::loopback(), port_}, ignored);
        accepting_.join();
        for (auto& one : connections_) one.socket.shutdown(boost::asio::socket_base::shutdown_both, ignored);
        for (auto& one : connections_) one.thread.join();
    }
    scripted_smtp_server(scripted_smtp_server const&) = delete;
    scripted_smtp_server& operator=(scripted_smtp_server const&) = delete;

    /// What a server says that takes everything.
    static smtp_turn taking_all(std::string const& command) {
        if (command.empty()) return {"220 scripted\r\n"};
        if (command.starts_with("EHLO")) return {"250-scripted\r\n250 SIZE 1000000\r\n"};
        if (command == "DATA") return {"354 go on\r\n"};
        if (command == "QUIT") return {"221 bye\r\n", true};
        return {"250 2.0.0 ok\r\n"};
    }

    std::string url() const { return "smtp://127.0.0.1:" + std::to_string(port_); }
    std::vector<dialogue> dialogues() const {
        std::lock_guard lock(mutex_);
        return dialogues_;
    }
    /// Waits until this is so; false if it is not so after a minute.
    bool wait_until(std::function<bool(std::vector<dialogue> const&)> const& is_so) const {
        std::unique_lock lock(mutex_);
        return passed_.wait_for(lock, std::chrono::minutes(1), [&] { return is_so(dialogues_); });
    }

private:
    using tcp = boost::asio::ip::tcp;

    struct connection {
        explicit connection(tcp::socket of) : socket(std::move(of)) {}
        tcp::socket socket;
        std::thread thread;
    };

    void accept() {
        for (;;) {
            tcp::socket socket(context_);
            acceptor_.accept(socket);
            if (closing_) return;
            std::size_t number = 0;
            {
                std::lock_guard lock(mutex_);
                number = dialogues_.size();
                dialogues_.emplace_back();
            }
            auto& one = connections_.emplace_back(std::move(socket));
            one.thread = std::thread([this, &one, number] { serve(one.socket, number); });
        }
    }

    void serve(tcp::socket& socket, std::size_t number) {
        boost::asio::streambuf read;
        boost::system::error_code failed;
        std::string command;
        while (!failed) {
            auto const turn = take(number, command);
            boost::asio::write(socket, boost::asio::buffer(turn.reply), failed);
            if (turn.hangs_up) socket.shutdown(tcp::socket::shutdown_both, failed);
            if (failed || turn.hangs_up) return;
            bool const message_follows = command == "DATA" && turn.reply.starts_with("354");
            auto text = read_through(socket, read, message_follows ? "\r\n.\r\n" : "\r\n", failed);
            if (failed) return;
            if (message_follows) {
                std::lock_guard lock(mutex_);
                dialogues_[number].messages.push_back(text.substr(0, text.size() - 3));
                command = ".";
            } else {
                command = text.substr(0, text.size() - 2);
            }
        }
    }
    static std::string read_through(tcp::socket& socket, boost::asio::streambuf& read, std::string const& end,
                                    boost::system::error_code& failed) {
        auto const size = boost::asio::read_until(socket, read, end, failed);
        if (failed) return {};
        std::string text(boost::asio::buffers_begin(read.data()),
                         boost::asio::buffers_begin(read.data()) + static_cast<std::ptrdiff_t>(size));
        read.consume(size);
        return text;
    }
    smtp_turn take(std::size_t number, std::string const& command) {
        std::lock_guard lock(mutex_);
        auto& one = dialogues_[number];
        if (!command.empty()) one.commands.push_back(command);
        passed_.notify_all();
        return script_(number, command, one);
    }

    script script_;
    std::mutex mutable mutex_;
    std::condition_variable mutable passed_;
    std::vector<dialogue> dialogues_;
    std::atomic<bool> closing_ = false;
    boost::asio::io_context context_;
    tcp::acceptor acceptor_;
    unsigned short port_ = 0;
    std::list<connection> connections_;
    std::thread accepting_;
};

}  // namespace shop_test
