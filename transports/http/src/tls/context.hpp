#pragma once

#include <memory>

#include <openssl/ssl.h>

namespace shop::http::detail {

/// What all TLS sessions of one side have in common.
/// @par Thread safety
/// Shared objects: sessions may be made of it by several threads; it never changes.
class tls_context {
public:
    /// TLS 1.2 or 1.3, without renegotiation, compression, and ciphers that do not keep the past secret.
    /// @throws std::bad_alloc
    explicit tls_context(SSL_METHOD const* side);

    SSL_CTX* get() const { return context_.get(); }

private:
    struct freed {
        void operator()(SSL_CTX* one) const { SSL_CTX_free(one); }
    };
    std::unique_ptr<SSL_CTX, freed> context_;
};

}  // namespace shop::http::detail
