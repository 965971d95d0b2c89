#pragma once

#include <memory>
#include <string>

#include <openssl/ssl.h>

#include "raw_client.hpp"

namespace shop::http::test {

/// A client that sends exactly the bytes it is told to, over TLS. Believes any certificate, and looks at it.
class tls_client : public raw_client {
public:
    explicit tls_client(std::uint16_t port, int version_max = TLS1_3_VERSION, int receive_buffer_bytes = 0);

    /// @return whether it came to a session.
    bool shake_hands();
    /// Offers protocols (ALPN), each behind its length.
    void offer(std::string_view protocols);
    /// The first flight of a handshake, which is not sent.
    std::string hello();

    std::string version() const { return SSL_get_version(session_.get()); }
    std::string protocol() const;
    /// The number of the certificate shown.
    long certificate() const;
    /// Whether the other end said that it closes.
    bool was_told_of_the_end() const { return (SSL_get_shutdown(session_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }
    /// Sends bytes past TLS.
    void send_plain(std::string_view bytes) { raw_client::put(bytes); }
    /// Says that nothing more will come.
    void say_goodbye();

private:
    std::ptrdiff_t put(std::string_view bytes) override;
    std::ptrdiff_t take(char* to, std::size_t most) override;
    /// Sends what OpenSSL has for the other end.
    bool flush();
    /// Gives OpenSSL what comes. @return as of `recv`
    std::ptrdiff_t feed();

    struct freed {
        void operator()(SSL_CTX* one) const { SSL_CTX_free(one); }
        void operator()(SSL* one) const { SSL_free(one); }
    };
    std::unique_ptr<SSL_CTX, freed> context_;
    std::unique_ptr<SSL, freed> session_;
};

}  // namespace shop::http::test
