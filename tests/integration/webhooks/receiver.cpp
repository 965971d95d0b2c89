#include "receiver.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace webhooks::test {

std::string connection::read_request() {
    std::size_t wanted = std::string::npos;
    for (;;) {
        if (auto const end = read_.find("\r\n\r\n"); wanted == std::string::npos && end != std::string::npos) {
            std::string_view const name = "Content-Length: ";
            auto const at = read_.find(name);
            std::size_t const body = at < end ? std::strtoul(read_.c_str() + at + name.size(), nullptr, 10) : 0;
            wanted = end + 4 + body;
        }
        if (read_.size() >= wanted) {
            auto out = read_.substr(0, wanted);
            read_.erase(0, wanted);
            return out;
        }
        char more[4096];
        auto const size = ::recv(socket_, more, sizeof more, 0);
        if (size <= 0) return {};
        read_.append(more, static_cast<std::size_t>(size));
    }
}

bool connection::write(std::string_view text) {
    while (!text.empty()) {
        auto const size = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
        if (size <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

void connection::wait_for_end() {
    char more[4096];
    while (::recv(socket_, more, sizeof more, 0) > 0) {
    }
}

bool connection::is_left() const {
    pollfd one{socket_, POLLRDHUP, 0};
    return ::poll(&one, 1, 0) > 0;
}

receiver::treatment receiver::answering(std::string answer) {
    return [answer = std::move(answer)](connection& with) {
        while (!with.read_request().empty() && with.write(answer)) {
        }
    };
}

receiver::receiver(treatment how) : how_(std::move(how)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    auto* const address = reinterpret_cast<sockaddr*>(&here);
    if (::bind(listener_, address, size) != 0 || ::listen(listener_, 512) != 0 ||
        ::getsockname(listener_, address, &size) != 0) {
        throw std::runtime_error("no port for a receiver");
    }
    port_ = ntohs(here.sin_port);
    acceptor_ = std::thread([this] { serve(); });
}

receiver::~receiver() {
    {
        std::lock_guard lock(mutex_);
        closing_ = true;
        for (int socket : open_) ::shutdown(socket, SHUT_RDWR);
    }
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (auto& one : threads_) one.join();
    ::close(listener_);
}

void receiver::serve() {
    for (;;) {
        int const socket = ::accept(listener_, nullptr, nullptr);
        std::lock_guard lock(mutex_);
        if (socket < 0 || closing_) {
            if (socket >= 0) ::close(socket);
            return;
        }
        ++connections_;
        open_.push_back(socket);
        threads_.emplace_back([this, socket] {
            connection with(socket);
            how_(with);
            std::lock_guard lock(mutex_);
            open_.remove(socket);
            ::close(socket);
        });
    }
}

std::string answer(int status, std::string_view more_head, std::string_view body) {
    return "HTTP/1.1 " + std::to_string(status) + " Whatever\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n" + std::string(more_head) + "\r\n" + std::string(body);
}

}  // namespace webhooks::test
