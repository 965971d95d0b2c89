#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>

#include <openssl/ssl.h>

#include <shop/http/tls.hpp>

namespace shop::http::test {

/// What a server does whatever it is asked for.
struct tls_script {
    std::string answer;
    std::size_t record_bytes = 1'000;  ///< in records of that many bytes, which go out together
    bool closes = false;               ///< then, without saying so; else it waits for the client to go
    int version_max = TLS1_3_VERSION;
};

/// Accepts connections one after another and answers the first bytes of each by its script.
class scripted_tls_server {
public:
    scripted_tls_server(tls_files const& files, tls_script script);
    ~scripted_tls_server();
    scripted_tls_server(scripted_tls_server const&) = delete;
    scripted_tls_server& operator=(scripted_tls_server const&) = delete;

    std::uint16_t port() const { return port_; }

private:
    void serve();
    void answer(int socket);

    SSL_CTX* context_;
    tls_script script_;
    int listener_;
    std::atomic<int> current_ = -1;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

}  // namespace shop::http::test
