#include "scripted_tls_server.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>

namespace shop::http::test {

scripted_tls_server::scripted_tls_server(tls_files const& files, tls_script script)
    : context_(SSL_CTX_new(TLS_server_method())),
      script_(std::move(script)),
      listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_, script_.version_max);
    SSL_CTX_set_cipher_list(context_, "DEFAULT@SECLEVEL=0");
    SSL_CTX_use_certificate_chain_file(context_, files.certificate_chain.c_str());
    SSL_CTX_use_PrivateKey_file(context_, files.private_key.c_str(), SSL_FILETYPE_PEM);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t bytes = sizeof where;
    bool const listens = ::bind(listener_, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0 &&
                         ::listen(listener_, 16) == 0 &&
                         ::getsockname(listener_, reinterpret_cast<sockaddr*>(&where), &bytes) == 0;
    if (!listens) throw std::runtime_error("cannot listen");
    port_ = ntohs(where.sin_port);
    thread_ = std::thread([this] { serve(); });
}

scripted_tls_server::~scripted_tls_server() {
    ::shutdown(listener_, SHUT_RDWR);
    ::shutdown(current_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
    SSL_CTX_free(context_);
}

void scripted_tls_server::serve() {
    sigset_t broken_pipe;  // which OpenSSL's own sockets raise
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    for (;;) {
        int const socket = ::accept(listener_, nullptr, nullptr);
        if (socket < 0) return;
        timeval const patience{20, 0};
        ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        current_ = socket;
        answer(socket);
        current_ = -1;
        ::close(socket);
    }
}

void scripted_tls_server::answer(int socket) {
    auto* const session = SSL_new(context_);
    SSL_set_fd(session, socket);
    char in[16 * 1024];
    if (SSL_accept(session) == 1 && SSL_read(session, in, sizeof in) > 0) {
        int on = 1, off = 0;
        ::setsockopt(socket, IPPROTO_TCP, TCP_CORK, &on, sizeof on);
        for (std::size_t at = 0; at < script_.answer.size(); at += script_.record_bytes) {
            auto const part = std::min(script_.record_bytes, script_.answer.size() - at);
            if (SSL_write(session, script_.answer.data() + at, static_cast<int>(part)) <= 0) break;
        }
        ::setsockopt(socket, IPPROTO_TCP, TCP_CORK, &off, sizeof off);
        if (!script_.closes) SSL_read(session, in, sizeof in);
    }
    SSL_free(session);
}

}  // namespace shop::http::test
