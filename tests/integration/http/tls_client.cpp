#include "tls_client.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

namespace shop::http::test {

tls_client::tls_client(std::uint16_t port, int version_max, int receive_buffer_bytes)
    : raw_client(port, receive_buffer_bytes), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_max_proto_version(context_.get(), version_max);
    if (version_max < TLS1_2_VERSION) {
        SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
        SSL_CTX_set_cipher_list(context_.get(), "DEFAULT@SECLEVEL=0");
    }
    session_.reset(SSL_new(context_.get()));
    SSL_set_bio(session_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(session_.get());
}

void tls_client::offer(std::string_view protocols) {
    SSL_set_alpn_protos(session_.get(), reinterpret_cast<unsigned char const*>(protocols.data()),
                        static_cast<unsigned>(protocols.size()));
}

std::string tls_client::protocol() const {
    unsigned char const* chosen = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(session_.get(), &chosen, &length);
    return {reinterpret_cast<char const*>(chosen), length};
}

long tls_client::certificate() const {
    auto* const shown = SSL_get0_peer_certificate(session_.get());
    return shown == nullptr ? 0 : ASN1_INTEGER_get(X509_get0_serialNumber(shown));
}

std::string tls_client::hello() {
    SSL_do_handshake(session_.get());
    char* bytes = nullptr;
    auto const count = BIO_get_mem_data(SSL_get_wbio(session_.get()), &bytes);
    return {bytes, static_cast<std::size_t>(count)};
}

bool tls_client::flush() {
    char part[16 * 1024];
    auto* const from = SSL_get_wbio(session_.get());
    while (BIO_pending(from) > 0) {
        auto const count = BIO_read(from, part, sizeof part);
        std::string_view left(part, static_cast<std::size_t>(count));
        while (!left.empty()) {
            auto const sent = raw_client::put(left);
            if (sent <= 0) return false;
            left.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    return true;
}

std::ptrdiff_t tls_client::feed() {
    char part[16 * 1024];
    auto const count = raw_client::take(part, sizeof part);
    if (count > 0) BIO_write(SSL_get_rbio(session_.get()), part, static_cast<int>(count));
    return count;
}

bool tls_client::shake_hands() {
    for (;;) {
        ERR_clear_error();
        auto const done = SSL_do_handshake(session_.get());
        bool const sent = flush();
        if (done == 1) return true;
        if (SSL_get_error(session_.get(), done) != SSL_ERROR_WANT_READ || !sent || feed() <= 0) return false;
    }
}

void tls_client::say_goodbye() {
    ERR_clear_error();
    SSL_shutdown(session_.get());
    flush();
}

std::ptrdiff_t tls_client::put(std::string_view bytes) {
    ERR_clear_error();
    std::size_t taken = 0;
    bool const done = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &taken) == 1;
    return done && flush() ? static_cast<std::ptrdiff_t>(taken) : -1;
}

std::ptrdiff_t tls_client::take(char* to, std::size_t most) {
    for (;;) {
        std::size_t bytes = 0;
        ERR_clear_error();
        auto const done = SSL_read_ex(session_.get(), to, most, &bytes);
        if (done == 1) return static_cast<std::ptrdiff_t>(bytes);
        auto const why = SSL_get_error(session_.get(), done);
        if (why == SSL_ERROR_ZERO_RETURN) return 0;
        if (why != SSL_ERROR_WANT_READ) return -1;
        if (auto const came = feed(); came <= 0) return came;
    }
}

}  // namespace shop::http::test
