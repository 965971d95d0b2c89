#pragma once

#include <poll.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <shop/json/json.hpp>

#include "http_client.hpp"

namespace shop_test {

/// One event as a browser would tell it (WHATWG HTML, 9.2.6).
struct stream_event {
    std::string id;    ///< empty: none
    std::string name;  ///< empty: `message`
    std::string data;

    std::string member(std::string_view path) const {
        answer in;
        in.body = data;
        return in.member(path);
    }
};

/// A stream of server-sent events, as it comes; blocking, for one thread.
class event_stream {
    using failure_code = boost::system::error_code;

public:
    static constexpr std::chrono::seconds patience{60};

    /// Asks, and reads the head of the answer.
    /// @param fields more of the request's head, each with its CR LF
    event_stream(unsigned short port, std::string const& target, std::string const& fields = {},
                 std::string const& from = "127.0.0.1") {
        socket_.open(boost::asio::ip::tcp::v4());
        socket_.bind({boost::asio::ip::make_address_v4(from), 0});
        failure_code failed;
        socket_.connect({boost::asio::ip::address_v4::loopback(), port}, failed);
        std::string const text =
            "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n" + fields + "\r\n";
        if (!failed) boost::asio::write(socket_, boost::asio::buffer(text), failed);
        while (!failed && raw_.find("\r\n\r\n") == raw_.npos && read_more(patience)) continue;
        auto const end = raw_.find("\r\n\r\n");
        if (end == raw_.npos) return;
        told_.head = raw_.substr(0, end + 4);
        raw_.erase(0, end + 4);
        told_.status = std::stoi(told_.head.substr(told_.head.find(' ') + 1, 3));
        chunked_ = boost::algorithm::iequals(told_.field("Transfer-Encoding"), "chunked");
        if (told_.status == 200) return;
        auto const length = told_.field("Content-Length");
        while (!length.empty() && raw_.size() < std::stoul(length) && read_more(patience)) continue;
        told_.body = raw_;
    }

    answer const& told() const { return told_; }  ///< The head; the body if it is no stream.
    int status() const { return told_.status; }

    /// The next event with data; nothing if the stream ends before, or none comes in time.
    std::optional<stream_event> next(std::chrono::milliseconds within = patience) {
        auto const until = std::chrono::steady_clock::now() + within;
        for (;;) {
            decode();
            for (auto end = text_.find("\n\n"); end != text_.npos; end = text_.find("\n\n")) {
                auto const block = text_.substr(0, end + 1);
                text_.erase(0, end + 2);
                if (block.starts_with(":")) ++heartbeats_;
                auto event = read(block);
                if (!event.data.empty()) return event;
            }
            auto const left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
            if (left.count() <= 0 || !read_more(left)) return std::nullopt;
        }
    }
    /// Whether the stream comes to its end, whatever is told before.
    bool ends(std::chrono::milliseconds within = patience) {
        while (next(within)) continue;
        return ended_;
    }
    /// Whether a comment comes.
    bool has_heartbeat(std::chrono::milliseconds within) {
        next(within);
        return heartbeats_ > 0;
    }
    void close() {
        failure_code ignored;
        socket_.close(ignored);
    }

private:
    bool read_more(std::chrono::milliseconds within) {
        pollfd one{socket_.native_handle(), POLLIN, 0};
        if (::poll(&one, 1, static_cast<int>(within.count())) <= 0) return false;
        char part[4096];
        failure_code failed;
        auto const bytes = socket_.read_some(boost::asio::buffer(part), failed);
        if (failed) ended_ = true;
        raw_.append(part, bytes);
        return !failed;
    }
    /// Takes whole chunks off what came (RFC 9112, 7.1).
    void decode() {
        if (!chunked_) {
            text_ += std::exchange(raw_, {});
            return;
        }
        for (;;) {
            auto const line = raw_.find("\r\n");
            if (line == raw_.npos) return;
            auto const size = std::stoul(raw_.substr(0, line), nullptr, 16);
            if (raw_.size() < line + 2 + size + 2) return;
            text_.append(raw_, line + 2, size);
            raw_.erase(0, line + 2 + size + 2);
        }
    }
    static stream_event read(std::string const& block) {
        stream_event out;
        for (std::size_t at = 0; at < block.size();) {
            auto const end = block.find('\n', at);
            auto const line = block.substr(at, end - at);
            at = end + 1;
            auto const value = [&](std::string const& field) -> std::optional<std::string> {
                return line.starts_with(field + ": ") ? std::optional(line.substr(field.size() + 2)) : std::nullopt;
            };
            if (auto const id = value("id")) out.id = *id;
            if (auto const name = value("event")) out.name = *name;
            if (auto const data = value("data")) out.data = *data;
        }
        return out;
    }

    std::unique_ptr<boost::asio::io_context> context_ = std::make_unique<boost::asio::io_context>();
    boost::asio::ip::tcp::socket socket_{*context_};
    answer told_;
    std::string raw_, text_;
    int heartbeats_ = 0;
    bool chunked_ = false;
    bool ended_ = false;
};

}  // namespace shop_test
