#pragma once

#include <memory>
#include <string>

#include <shop/core/result.hpp>

/// TLS 1.2 and 1.3 for servers and clients. OpenSSL stays behind these two.
namespace shop::http {

namespace detail {
class tls_context;
}

/// Where the proof of who a server, or a client, is stands, as PEM.
struct tls_files {
    std::string certificate_chain;  ///< its own certificate first, then those it rests on, the root left out
    std::string private_key;        ///< without a passphrase; readable and writable by its owner only
    /// Of a server, whom it believes about clients: then each must show a certificate that rests on one of these
    /// (mutual TLS), or gets no session. Empty: clients are not asked.
    std::string client_trust = {};
};

/// Who a server is: its certificate chain and the key to it, read once. Cheap to copy.
/// @par Thread safety
/// Distinct objects: safe, copies of one too. Several servers may share one.
class tls_identity {
public:
    /// @par Errors
    /// `unavailable`: a file cannot be read. `invalid_value`: what it holds will not do, the key belongs to another
    /// certificate, others may read it, or change either; with what to mend.
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
    /// Believes the same, and shows the certificate of these files to servers that ask for one.
    /// @par Errors
    /// As `tls_identity::read`.
    result<tls_trust> showing(tls_files const& files) const;

    detail::tls_context const& context() const { return *context_; }  ///< for the transport itself

private:
    explicit tls_trust(std::shared_ptr<detail::tls_context const> context) : context_(std::move(context)) {}

    std::shared_ptr<detail::tls_context const> context_;
};

}  // namespace shop::http
