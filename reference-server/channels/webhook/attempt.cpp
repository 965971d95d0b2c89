#include "channels/webhook/attempt.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>

#include <netinet/in.h>
#include <sys/socket.h>

#include <shop/events/cloud_event.hpp>

namespace shop_server::webhook {

namespace {

namespace ip = boost::asio::ip;
using shop::notifications::webhook_failure;
using shop::notifications::webhook_request;
using shop::notifications::webhook_response;

void append(text_list& to, std::string const& text) {
    auto* longer = curl_slist_append(to.get(), text.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(to.release());
    to.reset(longer);
}

text_list fields_of(webhook_request const& what, signed_head const& head) {
    text_list out;
    append(out, "Content-Type: " + std::string(shop::events::cloud_event_media_type));
    append(out, "Webhook-Id: " + what.id);
    append(out, "Webhook-Timestamp: " + head.timestamp);
    append(out, "Webhook-Signature: " + head.signature);
    append(out, "Expect:");
    return out;
}

/// The name with the addresses that were judged: no other lookup is made.
std::string pinned(attempt::route const& to) {
    auto out = '+' + to.where.host() + ':' + std::to_string(to.where.port()) + ':';
    for (auto const& address : to.addresses) {
        if (out.back() != ':') out += ',';
        out += address.is_v6() ? '[' + address.to_string() + ']' : address.to_string();
    }
    return out;
}

std::optional<ip::address> address_in(curl_sockaddr const& peer) {
    if (peer.family == AF_INET) {
        auto const& v4 = reinterpret_cast<sockaddr_in const&>(peer.addr);
        return ip::address_v4(ntohl(v4.sin_addr.s_addr));
    }
    if (peer.family == AF_INET6) {
        auto const& v6 = reinterpret_cast<sockaddr_in6 const&>(peer.addr);
        ip::address_v6::bytes_type bytes;
        std::copy_n(v6.sin6_addr.s6_addr, bytes.size(), bytes.begin());
        return ip::address_v6(bytes);
    }
    return std::nullopt;
}

std::optional<webhook_failure> failure_of(int status) {
    if (status >= 200 && status < 300) return std::nullopt;
    if (status >= 300 && status < 400) return webhook_failure::redirected;
    return status == 410 ? webhook_failure::gone : webhook_failure::refused;
}

webhook_failure failure_of(CURLcode code) {
    switch (code) {
        case CURLE_COULDNT_CONNECT:
        case CURLE_COULDNT_RESOLVE_HOST:
            return webhook_failure::unreachable;
        case CURLE_OPERATION_TIMEDOUT:
            return webhook_failure::timeout;
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_ENGINE_INITFAILED:
            return webhook_failure::tls;
        case CURLE_WEIRD_SERVER_REPLY:
        case CURLE_UNSUPPORTED_PROTOCOL:  // HTTP/0.9
        case CURLE_OUT_OF_MEMORY:         // what libcurl 7.88 calls a line of a head beyond its own bound
            return webhook_failure::bad_answer;
        default:
            return webhook_failure::broken_off;
    }
}

}  // namespace

attempt::attempt(easy_handle easy, webhook_request const& what, signed_head const& head, route to,
                 std::chrono::milliseconds time_max)
    : easy_(std::move(easy)), to_(std::move(to)), head_(fields_of(what, head)) {
    if (!to_.where.literal()) append(resolved_, pinned(to_));
    auto const set = [this](CURLoption option, auto value) {
        if (curl_easy_setopt(easy_.get(), option, value) != CURLE_OK) {
            throw std::runtime_error("libcurl lacks an option that webhooks need");
        }
    };
    auto* const self = static_cast<void*>(this);
    set(CURLOPT_CURLU, to_.where.handle());
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDS, what.body.data());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(what.body.size()));
    set(CURLOPT_HTTPHEADER, head_.get());
    if (resolved_) set(CURLOPT_RESOLVE, resolved_.get());
    set(CURLOPT_USERAGENT, "shop");
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_PROTOCOLS_STR, to_.allowed == targets::any ? "https,http" : "https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROXY, "");  // whatever the environment says
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!to_.trust.empty()) {
        set(CURLOPT_CAINFO, to_.trust.c_str());
        set(CURLOPT_CAPATH, static_cast<char const*>(nullptr));
    }
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(time_max.count()));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_MAXAGE_CONN, 20L);        // receivers close idle connections
    set(CURLOPT_MAXLIFETIME_CONN, 300L);  // names move
    set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    set(CURLOPT_OPENSOCKETDATA, self);
    set(CURLOPT_HEADERFUNCTION, &take_head);
    set(CURLOPT_HEADERDATA, self);
    set(CURLOPT_WRITEFUNCTION, &take_body);
    set(CURLOPT_WRITEDATA, self);
}

/// The last look before a connection: whatever became of names on the way, this is where it leads.
curl_socket_t attempt::open_socket(void* self, curlsocktype, curl_sockaddr* peer) {
    auto& of = *static_cast<attempt*>(self);
    auto const address = address_in(*peer);
    auto const& judged = of.to_.addresses;
    bool const may = address && std::ranges::find(judged, *address) != judged.end() &&
                     (of.to_.allowed == targets::any || is_public(*address));
    if (!may) {
        of.is_peer_refused_ = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(peer->family, peer->socktype | SOCK_CLOEXEC, peer->protocol);
}

std::size_t attempt::take_head(char*, std::size_t size, std::size_t count, void* self) {
    auto& of = *static_cast<attempt*>(self);
    of.head_bytes_ += size * count;
    of.is_head_too_large_ = of.head_bytes_ > answer_head_bytes_max;
    return of.is_head_too_large_ ? 0 : size * count;
}

/// What a receiver says is read so that the connection can be kept, and nobody sees it.
std::size_t attempt::take_body(char*, std::size_t size, std::size_t count, void* self) {
    auto& of = *static_cast<attempt*>(self);
    of.body_bytes_ += size * count;
    of.is_body_cut_ = of.body_bytes_ > answer_body_bytes_max;
    return of.is_body_cut_ ? 0 : size * count;
}

webhook_response attempt::response(CURLcode code) const {
    webhook_response out;
    long status = 0, sent = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &sent);
    if (status > 0) out.status = static_cast<int>(status);
    curl_off_t wait = 0;
    if (curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0) {
        out.retry_after = std::chrono::seconds(wait);
    }
    bool const has_answer = !is_head_too_large_ && (code == CURLE_OK || is_body_cut_);
    if (is_peer_refused_) {
        out.failure = webhook_failure::target_refused;
    } else if (is_head_too_large_) {
        out.failure = webhook_failure::bad_answer;
    } else {
        out.failure = has_answer ? failure_of(static_cast<int>(status)) : failure_of(code);
    }
    out.may_have_arrived = out.failure && sent > 0 && !has_answer;
    return out;
}

easy_handle attempt::take_handle() {
    curl_easy_reset(easy_.get());
    return std::move(easy_);
}

}  // namespace shop_server::webhook
