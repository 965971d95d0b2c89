#pragma once

#include <memory>
#include <string>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <shop/http/tls.hpp>

#include <support/scratch.hpp>

namespace shop::http::test {

/// What a certificate says.
struct certificate_wish {
    std::string names = "DNS:localhost,IP:127.0.0.1";
    int days_from = -1;  ///< from today
    int days_until = 1;
};

/// An authority of the test's own, which writes what it issues into a folder.
class authority {
public:
    explicit authority(std::string name) : authority(std::move(name), nullptr) {}
    /// One below another: its certificate goes along with those it issues.
    authority(std::string name, authority const* above);

    tls_files issue(certificate_wish const& wish = {}) const;
    static tls_files self_signed();
    /// The text of a key with a passphrase.
    static std::string locked_key();
    /// The file with its own certificate.
    std::string certificate() const { return folder_.file("ca.pem"); }

private:
    template <class T, auto Free>
    struct freed_by {
        void operator()(T* one) const { Free(one); }
    };
    using key_handle = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY, EVP_PKEY_free>>;
    using certificate_handle = std::unique_ptr<X509, freed_by<X509, X509_free>>;

    /// A certificate for a key of its own. @param by nothing: by itself
    static certificate_handle sign(EVP_PKEY* key, std::string const& name, certificate_wish const& wish, bool may_issue,
                                   authority const* by);
    static std::string text_of(X509* certificate);
    static std::string text_of(EVP_PKEY* key);

    authority const* above_;
    shop_test::scratch folder_;
    key_handle key_;
    certificate_handle certificate_;
};

}  // namespace shop::http::test
