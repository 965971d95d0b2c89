#pragma once

#include <memory>
#include <string>

#include <shop/core/result.hpp>

/// TLS 1.2 and 1.3 for servers and clients. OpenSSL stays behind these two.
namespace shop::http {

namespace detail {
class tls_context;
}

/// Where a server's proof of who it is stands, as PEM.
struct tls_files {
    std::string certificate_chain;  ///< the server's certificate first, then those it rests on, the root left out
    std::string private_key;        ///< without a passphrase; writable by its owner only, not readable by others
};

/// Who a server is: its certificate chain and the key to it, read once. Cheap to copy.
/// @par Thread safety
/// Distinct objects: safe, copies of one too. Several servers may share one.
class tls_identity {
public:
    /// @par Errors
    /// `unavailable`: a file cannot be read. `invalid_value`: what it holds will not do, the key belongs to another
    /// certificate, or others may read it; with what to mend.
    static result<tls_identity> read(tls_files const& files);

    detail::tls_context const& context() const { return *context_; }  ///< for the transport itself

private:
    explicit tls_identity(std::shared_ptr<detail::tls_context const> context) : context_(std::move(context)) {}

    std::shared_ptr<detail::tls_context const> context_;
};

/// Whom a client believes when they vouch for a server. Cheap to copy.
/// @par Thread safety
/// Distinct objects: safe, copies of one too. Several clients may share one.
class tls_trust {
public:
    /// Believes the certificates of a PEM file, and no others.
    /// @par Errors
    /// As `tls_identity::read`.
    static result<tls_trust> read(std::string const& certificates);
    /// Believes whom the system believes.
    static tls_trust of_the_system();

    detail::tls_context const& context() const { return *context_; }  ///< for the transport itself

private:
    explicit tls_trust(std::shared_ptr<detail::tls_context const> context) : context_(std::move(context)) {}

    std::shared_ptr<detail::tls_context const> context_;
};

}  // namespace shop::http
