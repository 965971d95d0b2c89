#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <shop/core/json.hpp>

namespace shop_test {

/// An answer as it came over the wire.
struct answer {
    int status = 0;  ///< 0: none came
    std::string head;
    std::string body;

    /// The value of a field, by its name as the server writes it; empty if there is none.
    std::string field(std::string const& name) const {
        auto const at = head.find("\r\n" + name + ": ");
        if (at == head.npos) return {};
        auto const from = at + name.size() + 4;
        return head.substr(from, head.find("\r\n", from) - from);
    }
    /// The text of a member of the body, through nested objects and arrays: `total/amount`, `lines/0/sku`.
    std::string member(std::string_view path) const {
        auto const parsed = shop::json::parse(body);
        if (!parsed) return {};
        std::optional<shop::json::value> at = parsed->root();
        while (at && !path.empty()) {
            auto const slash = std::min(path.find('/'), path.size());
            at = at->is(shop::json::kind::array) ? nth(*at, path.substr(0, slash)) : at->find(path.substr(0, slash));
            path.remove_prefix(std::min(slash + 1, path.size()));
        }
        if (!at) return {};
        if (at->is(shop::json::kind::string)) return std::string(at->as_string());
        if (at->is(shop::json::kind::integer)) return std::to_string(at->as_int64());
        return {};
    }

private:
    static std::optional<shop::json::value> nth(shop::json::value array, std::string_view index) {
        std::size_t number = 0;
        for (auto const item : array) {
            if (std::to_string(number++) == index) return item;
        }
        return std::nullopt;
    }
};

/// One connection to a server on this machine, kept alive; blocking, for one thread.
class http_client {
public:
    explicit http_client(unsigned short port) : port_(port) {}

    answer get(std::string const& target, std::string const& fields = {}) { return ask("GET", target, {}, fields); }
    answer post(std::string const& target, std::string const& body, std::string const& key = {}) {
        return ask("POST", target, body, key.empty() ? "" : "Idempotency-Key: " + key + "\r\n");
    }
    answer ask(std::string const& method, std::string const& target, std::string const& body,
               std::string const& fields = {}) {
        std::string text = method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + fields;
        if (!body.empty()) {
            text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
        }
        return exchange(text + "\r\n" + body);
    }
    /// Sends these bytes and reads one answer; status 0 when the server hangs up without one.
    answer exchange(std::string const& bytes) {
        send(bytes);
        return receive();
    }
    void send(std::string const& bytes) {
        if (!socket_.is_open() && !connect()) return;
        boost::system::error_code failed;
        boost::asio::write(socket_, boost::asio::buffer(bytes), failed);
    }
    answer receive() {
        answer out;
        if (!socket_.is_open()) return out;
        boost::system::error_code failed;
        auto const head = boost::asio::read_until(socket_, boost::asio::dynamic_buffer(buffer_), "\r\n\r\n", failed);
        if (failed) return hang_up(out);
        out.head = buffer_.substr(0, head);
        buffer_.erase(0, head);
        auto const length = out.field("Content-Length");
        auto const size = length.empty() ? 0 : std::stoul(length);
        if (buffer_.size() < size) {
            boost::asio::read(socket_, boost::asio::dynamic_buffer(buffer_),
                              boost::asio::transfer_exactly(size - buffer_.size()), failed);
        }
        if (failed) return hang_up(out);
        out.body = buffer_.substr(0, size);
        buffer_.erase(0, size);
        out.status = std::stoi(out.head.substr(out.head.find(' ') + 1, 3));
        if (out.field("Connection") == "close") close();
        return out;
    }
    bool connect() {
        boost::system::error_code failed;
        buffer_.clear();
        socket_.connect({boost::asio::ip::address_v4::loopback(), port_}, failed);
        if (failed) close();
        return !failed;
    }
    void close() {
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

private:
    answer hang_up(answer) {
        close();
        return {};
    }

    unsigned short port_;
    boost::asio::io_context context_;
    boost::asio::ip::tcp::socket socket_{context_};
    std::string buffer_;
};

}  // namespace shop_test
