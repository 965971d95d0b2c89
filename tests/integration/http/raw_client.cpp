#include "raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace shop::http::test {

std::string raw_answer::field(std::string_view name) const {
    auto const at = head.find("\r\n" + std::string(name) + ": ");
    if (at == std::string::npos) return {};
    auto const from = at + 4 + name.size();
    return head.substr(from, head.find("\r\n", from) - from);
}

raw_client::raw_client(std::uint16_t port, int receive_buffer_bytes) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    timeval const patience{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (receive_buffer_bytes > 0) {
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
    }
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0) {
        ::close(socket_);
        throw std::runtime_error("cannot connect");
    }
}

raw_client::~raw_client() {
    ::close(socket_);
}

std::ptrdiff_t raw_client::put(std::string_view bytes) {
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

std::ptrdiff_t raw_client::take(char* to, std::size_t most) {
    return ::recv(socket_, to, most, 0);
}

bool raw_client::send(std::string_view bytes) {
    while (!bytes.empty()) {
        auto const sent = put(bytes);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void raw_client::finish() {
    ::shutdown(socket_, SHUT_WR);
}

bool raw_client::has_answer() {
    pollfd ready{socket_, POLLIN, 0};
    return ::poll(&ready, 1, 1) > 0;
}

bool raw_client::read_more() {
    char part[16 * 1024];
    auto const count = take(part, sizeof part);
    if (count < 0) error_ = errno;
    if (count <= 0) return false;
    pending_.append(part, static_cast<std::size_t>(count));
    return true;
}

raw_answer raw_client::receive(bool to_head) {
    raw_answer answer;
    std::size_t end;
    while ((end = pending_.find("\r\n\r\n")) == std::string::npos) {
        if (!read_more()) return answer;
    }
    answer.head = pending_.substr(0, end + 4);
    pending_.erase(0, end + 4);
    std::from_chars(answer.head.data() + 9, answer.head.data() + 12, answer.status);
    std::size_t length = 0;
    auto const said = answer.field("Content-Length");
    std::from_chars(said.data(), said.data() + said.size(), length);
    if (to_head) return answer;
    while (pending_.size() < length) {
        if (!read_more()) return answer;
    }
    answer.body = pending_.substr(0, length);
    pending_.erase(0, length);
    return answer;
}

std::string raw_client::receive_some() {
    if (pending_.empty()) read_more();
    return std::exchange(pending_, {});
}

std::string raw_client::receive_all() {
    while (read_more()) {
    }
    return std::exchange(pending_, {});
}

bool raw_client::was_reset() {
    receive_all();
    return error_ == ECONNRESET;
}

}  // namespace shop::http::test
