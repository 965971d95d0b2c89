#pragma once

#include <memory>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

namespace shop_server {

template <auto Free>
struct openssl_free {
    template <class T>
    void operator()(T* p) const {
        Free(p);
    }
};

using bignum_ptr = std::unique_ptr<BIGNUM, openssl_free<BN_free>>;
using ecdsa_sig_ptr = std::unique_ptr<ECDSA_SIG, openssl_free<ECDSA_SIG_free>>;
using evp_pkey_ptr = std::unique_ptr<EVP_PKEY, openssl_free<EVP_PKEY_free>>;
using evp_pkey_ctx_ptr = std::unique_ptr<EVP_PKEY_CTX, openssl_free<EVP_PKEY_CTX_free>>;
using evp_md_ctx_ptr = std::unique_ptr<EVP_MD_CTX, openssl_free<EVP_MD_CTX_free>>;
using param_build_ptr = std::unique_ptr<OSSL_PARAM_BLD, openssl_free<OSSL_PARAM_BLD_free>>;
using params_ptr = std::unique_ptr<OSSL_PARAM, openssl_free<OSSL_PARAM_free>>;

/// Takes back what fails within a scope from the thread's queue of errors: whoever asks next (TLS does) would take it
/// for a failure of their own.
class quiet_openssl {
public:
    quiet_openssl() { ERR_set_mark(); }
    ~quiet_openssl() { ERR_pop_to_mark(); }
    quiet_openssl(quiet_openssl const&) = delete;
    quiet_openssl& operator=(quiet_openssl const&) = delete;
};

}  // namespace shop_server
