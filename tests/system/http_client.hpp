#pragma once

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/algorithm/string/find.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <shop/json/json.hpp>

namespace shop_test {

/// An answer as it came over the wire.
struct answer {
    int status = 0;  ///< 0: none came
    std::string head;
    std::string body;

    /// The value of a field, whatever the case of its name, which a proxy may change; empty if there is none.
    std::string field(std::string const& name) const {
        auto const found = boost::algorithm::ifind_first(head, "\r\n" + name + ": ");
        if (found.empty()) return {};
        auto const from = static_cast<std::size_t>(found.end() - head.begin());
        return head.substr(from, head.find("\r\n", from) - from);
    }
    /// Whether a body may follow this head (RFC 9112, section 6.3).
    bool may_have_body() const { return status >= 200 && status != 204 && status != 304; }
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

/// Fails the test if an answer is not as the description of the API has it; see `fault_of`.
void expect_described(std::string const& method, std::string const& target, answer const& of);

/// One connection to a server on this machine, kept alive; blocking, for one thread.
class http_client {
    using failure_code = boost::system::error_code;
    using address = boost::asio::ip::address_v4;

public:
    /// @param from the address of the client; any of 127.0.0.0/8 is this machine's
    explicit http_client(unsigned short port, std::string const& from = "127.0.0.1")
        : port_(port), from_(boost::asio::ip::make_address_v4(from)) {}

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
        auto const line = bytes.substr(0, bytes.find("\r\n"));
        auto const method = line.substr(0, line.find(' '));
        auto out = receive(method != "HEAD");
        auto const target = line.substr(std::min(method.size() + 1, line.size()));
        // A proxy that gets no answer, or compresses one, says something of its own.
        bool const is_of_proxy = out.status == 502 || out.field("Content-Type").starts_with("text/html") ||
                                 !out.field("Content-Encoding").empty();
        if (!is_of_proxy) expect_described(method, target.substr(0, target.find(' ')), out);
        return out;
    }
    /// @return whether all of it was taken
    bool send(std::string const& bytes) {
        if (!socket_.is_open() && !connect()) return false;
        failure_code failed;
        boost::asio::write(socket_, boost::asio::buffer(bytes), failed);
        return !failed;
    }
    /// Waits for something to read, the end of the connection included; false if nothing came within the time.
    bool wait_readable(std::chrono::milliseconds within) {
        if (!buffer_.empty()) return true;
        pollfd one{socket_.native_handle(), POLLIN, 0};
        return ::poll(&one, 1, static_cast<int>(within.count())) != 0;
    }
    /// @param has_body whether one follows the head: none does after a HEAD.
    answer receive(bool has_body = true) {
        answer out;
        if (!socket_.is_open() || !read_head(out.head)) return hang_up();
        out.status = std::stoi(out.head.substr(out.head.find(' ') + 1, 3));
        auto const length = out.field("Content-Length");
        if (has_body && out.may_have_body()) {
            bool const chunked = out.field("Transfer-Encoding") == "chunked";
            if (chunked && !read_chunks(out.body)) return hang_up();
            if (!chunked && !length.empty() && !read_exactly(std::stoul(length), out.body)) return hang_up();
        }
        if (boost::algorithm::iequals(out.field("Connection"), "close")) close();
        return out;
    }
    bool connect() {
        failure_code failed;
        close();
        buffer_.clear();
        socket_.open(boost::asio::ip::tcp::v4());
        socket_.bind({from_, 0}, failed);
        if (!failed) socket_.connect({address::loopback(), port_}, failed);
        if (failed) close();
        return !failed;
    }
    void close() {
        failure_code ignored;
        socket_.close(ignored);
    }

private:
    answer hang_up() {
        close();
        return {};
    }
    bool read_head(std::string& into) {
        failure_code failed;
        auto const bytes = boost::asio::read_until(socket_, boost::asio::dynamic_buffer(buffer_), "\r\n\r\n", failed);
        return !failed && take(bytes, into);
    }
    bool read_exactly(std::size_t bytes, std::string& into) {
        failure_code failed;
        if (buffer_.size() < bytes) {
            boost::asio::read(socket_, boost::asio::dynamic_buffer(buffer_),
                              boost::asio::transfer_exactly(bytes - buffer_.size()), failed);
        }
        return !failed && take(bytes, into);
    }
    /// Chunks without trailers (RFC 9112, section 7.1).
    bool read_chunks(std::string& into) {
        for (;;) {
            failure_code failed;
            std::string size_line, line_end;
            auto const line = boost::asio::read_until(socket_, boost::asio::dynamic_buffer(buffer_), "\r\n", failed);
            if (failed || !take(line, size_line)) return false;
            auto const bytes = std::stoul(size_line, nullptr, 16);
            if (!read_exactly(bytes, into) || !read_exactly(2, line_end)) return false;
            if (bytes == 0) return true;
        }
    }
    /// Moves the first bytes of what was read behind `into`.
    bool take(std::size_t bytes, std::string& into) {
        into.append(buffer_, 0, bytes);
        buffer_.erase(0, bytes);
        return true;
    }

    unsigned short port_;
    address from_;
    boost::asio::io_context context_;
    boost::asio::ip::tcp::socket socket_{context_};
    std::string buffer_;
};

}  // namespace shop_test
