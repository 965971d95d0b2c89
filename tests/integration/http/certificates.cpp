#include "certificates.hpp"

#include <atomic>
#include <filesystem>
#include <stdexcept>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace shop::http::test {
namespace {

void must(bool done) {
    if (!done) throw std::runtime_error("OpenSSL makes no certificate");
}

std::string text_of(BIO* bio) {
    char* text = nullptr;
    auto const bytes = BIO_get_mem_data(bio, &text);
    std::string out(text, static_cast<std::size_t>(bytes));
    BIO_free(bio);
    return out;
}

void add_extension(X509* to, X509* by, int what, std::string const& value) {
    X509V3_CTX context{};
    X509V3_set_ctx(&context, by, to, nullptr, nullptr, 0);
    auto* const extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
    must(extension != nullptr && X509_add_ext(to, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

std::string drawn_number() {
    static std::atomic<int> last = 0;
    return std::to_string(++last);
}

void make_private(std::string const& path) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace

authority::authority(std::string name, authority const* above)
    : above_(above), key_(EVP_EC_gen("P-256")), certificate_(sign(key_.get(), name, {}, true, above)) {
    folder_.write("ca.pem", text_of(certificate_.get()));
}

authority::certificate_handle authority::sign(EVP_PKEY* key, std::string const& name, certificate_wish const& wish,
                                              bool may_issue, authority const* by) {
    constexpr long day_s = 24 * 60 * 60;
    certificate_handle out(X509_new());
    auto* const x = out.get();
    must(X509_set_version(x, X509_VERSION_3) == 1);
    ASN1_INTEGER_set(X509_get_serialNumber(x), std::stol(drawn_number()));
    X509_gmtime_adj(X509_getm_notBefore(x), wish.days_from * day_s);
    X509_gmtime_adj(X509_getm_notAfter(x), wish.days_until * day_s);
    auto const* const bytes = reinterpret_cast<unsigned char const*>(name.c_str());
    must(X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8, bytes, -1, -1, 0) == 1);
    auto* const issuer = by != nullptr ? by->certificate_.get() : x;
    must(X509_set_issuer_name(x, X509_get_subject_name(issuer)) == 1 && X509_set_pubkey(x, key) == 1);
    add_extension(x, issuer, NID_basic_constraints, may_issue ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (!may_issue) add_extension(x, issuer, NID_subject_alt_name, wish.names);
    must(X509_sign(x, by != nullptr ? by->key_.get() : key, EVP_sha256()) > 0);
    return out;
}

tls_files authority::issue(certificate_wish const& wish) const {
    key_handle const key(EVP_EC_gen("P-256"));
    auto chain = text_of(sign(key.get(), "a server", wish, false, this).get());
    for (auto const* one = this; one->above_ != nullptr; one = one->above_) chain += text_of(one->certificate_.get());
    auto const number = drawn_number();
    tls_files const out{folder_.write(number + ".pem", chain), folder_.write(number + ".key", text_of(key.get()))};
    make_private(out.private_key);
    return out;
}

tls_files authority::self_signed() {
    static shop_test::scratch const folder;
    key_handle const key(EVP_EC_gen("P-256"));
    auto const number = drawn_number();
    auto const certificate = text_of(sign(key.get(), "itself", {}, false, nullptr).get());
    tls_files const out{folder.write(number + ".pem", certificate), folder.write(number + ".key", text_of(key.get()))};
    make_private(out.private_key);
    return out;
}

std::string authority::locked_key() {
    key_handle const key(EVP_EC_gen("P-256"));
    auto* const bio = BIO_new(BIO_s_mem());
    auto const* const word = reinterpret_cast<unsigned char const*>("open sesame");
    must(PEM_write_bio_PrivateKey(bio, key.get(), EVP_aes_256_cbc(), word, 11, nullptr, nullptr) == 1);
    return test::text_of(bio);
}

std::string authority::text_of(X509* certificate) {
    auto* const bio = BIO_new(BIO_s_mem());
    must(PEM_write_bio_X509(bio, certificate) == 1);
    return test::text_of(bio);
}

std::string authority::text_of(EVP_PKEY* key) {
    auto* const bio = BIO_new(BIO_s_mem());
    must(PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
    return test::text_of(bio);
}

}  // namespace shop::http::test
