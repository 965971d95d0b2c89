#include <shop/http/tls.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "tls/context.hpp"

namespace shop::http {
namespace detail {

tls_context::tls_context(SSL_METHOD const* side) : context_(SSL_CTX_new(side)) {
    // The forward secret ones with authenticated encryption; those of TLS 1.3 all are.
    bool const made = context_ && SSL_CTX_set_min_proto_version(get(), TLS1_2_VERSION) == 1 &&
                      SSL_CTX_set_cipher_list(get(), "ECDHE+AESGCM:ECDHE+CHACHA20") == 1;
    if (!made) throw std::bad_alloc();
    SSL_CTX_set_options(get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
}

}  // namespace detail

namespace {

constexpr std::size_t file_bytes_max = 1024 * 1024;

template <class T, auto Free>
struct freed_by {
    void operator()(T* one) const { Free(one); }
};
using bio_handle = std::unique_ptr<BIO, freed_by<BIO, BIO_free>>;
using key_handle = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY, EVP_PKEY_free>>;
using certificate_handle = std::unique_ptr<X509, freed_by<X509, X509_free>>;

error refused(std::string why) {
    return error(error_code::invalid_value, std::move(why));
}

/// What OpenSSL minds, in its words.
std::string reason() {
    auto const* said = ERR_reason_error_string(ERR_peek_error());
    ERR_clear_error();
    return said ? said : "no reason given";
}

struct file_content {
    std::string text;
    mode_t mode = 0;

    file_content() = default;
    file_content(file_content&&) = default;
    ~file_content() { OPENSSL_cleanse(text.data(), text.size()); }  // it may be a key
};

/// @param what the file is called in errors
result<file_content> read_file(std::string const& path, std::string const& what) {
    auto const failed = [&] {
        auto const why = std::error_code(errno, std::generic_category()).message();
        return error(error_code::unavailable, what + " cannot be read: " + why);
    };
    struct descriptor {
        ~descriptor() {
            if (number >= 0) ::close(number);
        }
        int number;
    } const file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    struct stat found {};
    if (file.number < 0 || ::fstat(file.number, &found) != 0) return failed();
    if (!S_ISREG(found.st_mode)) return refused(what + " must be a regular file");
    file_content out;
    out.mode = found.st_mode & 07777;
    out.text.resize(file_bytes_max + 1);  // at once: a string that grows leaves copies of the key behind
    std::size_t held = 0;
    while (held < out.text.size()) {
        auto const bytes = ::read(file.number, out.text.data() + held, out.text.size() - held);
        if (bytes < 0) return failed();
        if (bytes == 0) break;
        held += static_cast<std::size_t>(bytes);
    }
    if (held > file_bytes_max) return refused(what + " is larger than 1 MiB");
    out.text.resize(held);
    return out;
}

bio_handle reader_of(std::string const& text) {
    bio_handle out(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    if (!out) throw std::bad_alloc();
    return out;
}

/// Without it, OpenSSL asks whoever sits at the terminal.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

result<std::vector<certificate_handle>> read_certificates(std::string const& path, std::string const& what) {
    auto const file = read_file(path, what);
    if (!file) return file.error();
    if ((file->mode & 022) != 0) return refused(what + " can be changed by others: chmod 644 it");
    auto const from = reader_of(file->text);
    std::vector<certificate_handle> out;
    ERR_clear_error();
    while (auto* one = PEM_read_bio_X509(from.get(), nullptr, no_passphrase, nullptr)) out.emplace_back(one);
    bool const at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    auto const why = reason();
    if (!at_end) return refused(what + " is damaged behind its certificate " + std::to_string(out.size()) + ": " + why);
    if (out.empty()) return refused(what + " holds no certificate: it must be PEM, with BEGIN CERTIFICATE");
    return out;
}

result<key_handle> read_key(std::string const& path) {
    std::string const what = "the private key file";
    auto const file = read_file(path, what);
    if (!file) return file.error();
    if ((file->mode & 066) != 0) return refused(what + " can be read or changed by others: chmod 600 it");
    ERR_clear_error();
    key_handle key(PEM_read_bio_PrivateKey(reader_of(file->text).get(), nullptr, no_passphrase, nullptr));
    if (!key) return refused(what + " holds no private key in PEM without a passphrase: " + reason());
    return key;
}

/// Of the protocols a client offers this server speaks one. A client that offers none is not asked.
int choose_protocol(SSL*, unsigned char const** chosen, unsigned char* length, unsigned char const* offered,
                    unsigned offered_bytes, void*) {
    static constexpr unsigned char ours[] = "\x08http/1.1";
    unsigned char* found = nullptr;
    auto const outcome = SSL_select_next_proto(&found, length, ours, sizeof ours - 1, offered, offered_bytes);
    if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

/// Makes sessions show the certificate of these files.
result<void> show(tls_files const& files, SSL_CTX* to) {
    auto chain = read_certificates(files.certificate_chain, "the certificate file");
    if (!chain) return chain.error();
    auto const key = read_key(files.private_key);
    if (!key) return key.error();
    auto const& leaf = chain->front();
    if (X509_check_private_key(leaf.get(), key->get()) != 1) {
        ERR_clear_error();
        return refused("the private key does not belong to the first certificate of the certificate file");
    }
    bool fits = SSL_CTX_use_certificate(to, leaf.get()) == 1 && SSL_CTX_use_PrivateKey(to, key->get()) == 1;
    for (std::size_t i = 1; fits && i < chain->size(); ++i) fits = SSL_CTX_add1_chain_cert(to, (*chain)[i].get()) == 1;
    if (!fits) return refused("the certificate chain is not fit for use: " + reason());
    return {};
}

/// Believes the certificates of a file, and no others. @param what the file is called in errors
result<std::vector<certificate_handle>> believe(std::string const& path, std::string const& what, SSL_CTX* to) {
    auto believed = read_certificates(path, what);
    if (!believed) return believed;
    for (auto const& one : *believed) {
        if (X509_STORE_add_cert(SSL_CTX_get_cert_store(to), one.get()) != 1) throw std::bad_alloc();
    }
    return believed;
}

/// Makes sessions of a server end where a client cannot show who it is.
result<void> ask_clients(std::string const& trusted, SSL_CTX* to) {
    auto const believed = believe(trusted, "the file of trusted client certificates", to);
    if (!believed) return believed.error();
    for (auto const& one : *believed) {
        if (SSL_CTX_add_client_CA(to, one.get()) != 1) throw std::bad_alloc();
    }
    // A ticket holds what the client has shown; without a context of their own OpenSSL resumes no such session.
    static constexpr unsigned char whose[] = "shop";
    SSL_CTX_set_session_id_context(to, whose, sizeof whose - 1);
    SSL_CTX_set_verify(to, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    return {};
}

}  // namespace

result<tls_identity> tls_identity::read(tls_files const& files) {
    auto const context = std::make_shared<detail::tls_context>(TLS_server_method());
    auto* const to = context->get();
    if (auto shown = show(files, to); !shown) return shown.error();
    if (!files.client_trust.empty()) {
        if (auto asked = ask_clients(files.client_trust, to); !asked) return asked.error();
    }

    SSL_CTX_set_options(to, SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_alpn_select_cb(to, choose_protocol, nullptr);
    // Sessions are resumed by tickets, which the clients keep.
    SSL_CTX_set_session_cache_mode(to, SSL_SESS_CACHE_OFF);
    // The buffers of an idle connection are freed; a record is handed over as soon as it is there.
    SSL_CTX_clear_mode(to, SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_mode(to, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_mode(to, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return tls_identity(context);
}

result<tls_trust> tls_trust::read(std::string const& certificates) {
    auto const context = std::make_shared<detail::tls_context>(TLS_client_method());
    auto const believed = believe(certificates, "the file of trusted certificates", context->get());
    if (!believed) return believed.error();
    return tls_trust(context);
}

result<tls_trust> tls_trust::showing(tls_files const& files) const {
    auto const context = std::make_shared<detail::tls_context>(TLS_client_method());
    SSL_CTX_set1_cert_store(context->get(), SSL_CTX_get_cert_store(context_->get()));
    if (auto shown = show(files, context->get()); !shown) return shown.error();
    return tls_trust(context);
}

tls_trust tls_trust::of_the_system() {
    static auto const shared = [] {
        auto const context = std::make_shared<detail::tls_context>(TLS_client_method());
        SSL_CTX_set_default_verify_paths(context->get());  // where they are missing, nobody is believed
        ERR_clear_error();
        return context;
    }();
    return tls_trust(shared);
}

}  // namespace shop::http
