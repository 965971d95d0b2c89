#include <shop/http/cursor_seal.hpp>

#include <stdexcept>
#include <utility>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <shop/core/base64url.hpp>
#include <shop/core/pagination_cursor.hpp>

namespace shop::http {

namespace {

constexpr std::size_t tag_bytes = 16;
constexpr std::size_t sealed_bytes_max = 1024;
constexpr std::string_view purpose = "shop: cursors of lists\n";  // a secret used elsewhere, too, is another key here

using cipher_context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

unsigned char const* bytes_of(std::string_view text) {
    return reinterpret_cast<unsigned char const*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

void require(bool done) {
    if (!done) throw std::runtime_error("OpenSSL cannot seal a cursor");
}

/// A context that goes on from a keyed one.
cipher_context copy_of(cipher_context const& keyed) {
    cipher_context made(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    require(made && EVP_CIPHER_CTX_copy(made.get(), keyed.get()) == 1);
    return made;
}

void bind(cipher_context const& context, std::string_view to) {
    int size = 0;
    require(EVP_CipherUpdate(context.get(), nullptr, &size, bytes_of(to), static_cast<int>(to.size())) == 1);
}

}  // namespace

struct cursor_seal::contexts {
    cipher_context sealing{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
    cipher_context opening{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
};

cursor_seal::cursor_seal(key const& with) {
    std::unique_ptr<EVP_CIPHER, decltype(&EVP_CIPHER_free)> const cipher(
        EVP_CIPHER_fetch(nullptr, "AES-256-SIV", nullptr), &EVP_CIPHER_free);
    auto made = std::make_shared<contexts>();
    require(cipher && made->sealing && made->opening);
    require(EVP_EncryptInit_ex2(made->sealing.get(), cipher.get(), with.data(), nullptr, nullptr) == 1);
    require(EVP_DecryptInit_ex2(made->opening.get(), cipher.get(), with.data(), nullptr, nullptr) == 1);
    keyed_ = std::move(made);
}

cursor_seal cursor_seal::drawn() {
    key with{};
    if (RAND_bytes(with.data(), static_cast<int>(with.size())) != 1)
        throw std::runtime_error("OpenSSL has no random numbers");
    return cursor_seal(with);
}

result<cursor_seal> cursor_seal::from(std::string_view secret) {
    if (secret.size() < cursor_secret_bytes_min) {
        return error(error_code::invalid_value,
                     "must hold a secret of at least " + std::to_string(cursor_secret_bytes_min) + " characters");
    }
    key with{};
    auto const text = std::string(purpose).append(secret);
    require(EVP_Digest(text.data(), text.size(), with.data(), nullptr, EVP_sha512(), nullptr) == 1);
    return cursor_seal(with);
}

std::string cursor_seal::seal(std::string_view bound_to, std::string_view cursor) const {
    auto const context = copy_of(keyed_->sealing);
    bind(context, bound_to);
    std::string out(tag_bytes + cursor.size(), '\0');
    auto* const hidden = bytes_of(out) + tag_bytes;
    int size = 0, last = 0;
    require(EVP_EncryptUpdate(context.get(), hidden, &size, bytes_of(cursor), static_cast<int>(cursor.size())) == 1);
    require(EVP_EncryptFinal_ex(context.get(), hidden + size, &last) == 1);
    require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, tag_bytes, out.data()) == 1);
    return to_base64url(out);
}

result<std::string> cursor_seal::open(std::string_view bound_to, std::string_view sealed) const {
    if (sealed.size() > sealed_bytes_max) return bad_cursor();
    auto bytes = from_base64url(sealed);
    if (!bytes || bytes->size() <= tag_bytes) return bad_cursor();
    auto const context = copy_of(keyed_->opening);
    require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, tag_bytes, bytes->data()) == 1);
    bind(context, bound_to);
    std::string out(bytes->size() - tag_bytes, '\0');
    int size = 0;
    bool const is_ours = EVP_DecryptUpdate(context.get(), bytes_of(out), &size, bytes_of(*bytes) + tag_bytes,
                                           static_cast<int>(out.size())) == 1;
    if (!is_ours) return bad_cursor();
    return out;
}

}  // namespace shop::http
