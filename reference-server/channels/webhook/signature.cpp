#include "channels/webhook/signature.hpp"

#include <array>
#include <chrono>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace shop_server::webhook {

namespace {

unsigned char const* octets(std::string_view text) {
    return reinterpret_cast<unsigned char const*>(text.data());
}

std::string to_base64(std::string_view bytes) {
    std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');  // and the NUL that OpenSSL writes
    auto const size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), octets(bytes), static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(size));
    return out;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.empty() || text.size() % 4 != 0) return std::nullopt;
    std::string out(text.size() / 4 * 3, '\0');
    auto const size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), octets(text), static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    out.resize(static_cast<std::size_t>(size));  // with a zero byte for each `=`
    for (auto at = text.size(); at > 0 && text[at - 1] == '=' && !out.empty(); --at) out.pop_back();
    if (to_base64(out) != text) return std::nullopt;  // OpenSSL also takes white space around it
    return out;
}

std::optional<std::string> hmac_sha256(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> made;
    unsigned size = 0;
    if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), octets(text), text.size(), made.data(), &size)) {
        return std::nullopt;
    }
    return std::string(reinterpret_cast<char const*>(made.data()), size);
}

}  // namespace

shop::result<std::string> draw_secret() {
    std::string drawn(secret_bytes_drawn, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(drawn.data()), static_cast<int>(drawn.size())) != 1) {
        return shop::error(shop::error_code::internal, "the system has no random numbers");
    }
    auto out = std::string(secret_prefix) + to_base64(drawn);
    OPENSSL_cleanse(drawn.data(), drawn.size());
    return out;
}

std::optional<std::string> bytes_of_secret(std::string_view secret) {
    if (!secret.starts_with(secret_prefix)) return std::nullopt;
    auto bytes = from_base64(secret.substr(secret_prefix.size()));
    if (!bytes || bytes->size() < secret_bytes_min || bytes->size() > secret_bytes_max) return std::nullopt;
    return bytes;
}

shop::result<signed_head> sign(std::string_view id, shop::timestamp now, std::string_view body,
                               std::span<std::string const> secrets) {
    signed_head out;
    out.timestamp = std::to_string(std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count());
    std::string text;
    text.reserve(id.size() + out.timestamp.size() + body.size() + 2);
    text.append(id).append(".").append(out.timestamp).append(".").append(body);
    for (auto const& secret : secrets) {
        auto const key = bytes_of_secret(secret);
        auto const made = key ? hmac_sha256(*key, text) : std::nullopt;
        if (!made) return shop::error(shop::error_code::internal, "a webhook secret cannot sign");
        if (!out.signature.empty()) out.signature += ' ';
        out.signature.append("v1,").append(to_base64(*made));
    }
    return out;
}

}  // namespace shop_server::webhook
