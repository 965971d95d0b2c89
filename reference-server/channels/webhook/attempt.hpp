#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <curl/curl.h>
#include <boost/asio/ip/address.hpp>

#include <shop/notifications/webhook_sender.hpp>

#include "channels/webhook/signature.hpp"
#include "channels/webhook/target.hpp"

namespace shop_server::webhook {

inline constexpr std::size_t answer_head_bytes_max = 32 * 1024;
inline constexpr std::size_t answer_body_bytes_max = 64 * 1024;  ///< what comes after is not read

template <auto Free>
struct freed_by {
    template <class T>
    void operator()(T* one) const {
        Free(one);
    }
};
using easy_handle = std::unique_ptr<CURL, freed_by<curl_easy_cleanup>>;
using text_list = std::unique_ptr<curl_slist, freed_by<curl_slist_free_all>>;

/// One try, as libcurl sees it. It stays where it is while libcurl works on it.
class attempt {
public:
    /// Where to, and which of its addresses may be connected to.
    struct route {
        target where;
        std::vector<boost::asio::ip::address> addresses;  ///< those that were judged
        targets allowed;
        std::string trust;  ///< as `sender_options::trust`
    };

    /// @param easy a fresh or reset handle
    /// @param what outlives this
    /// @throws std::bad_alloc, std::runtime_error if libcurl cannot do what is asked
    attempt(easy_handle easy, shop::notifications::webhook_request const& what, signed_head const& head, route to,
            std::chrono::milliseconds time_max);
    attempt(attempt const&) = delete;
    attempt& operator=(attempt const&) = delete;

    CURL* handle() const { return easy_.get(); }
    /// What became of it, once libcurl is done.
    shop::notifications::webhook_response response(CURLcode code) const;
    /// The handle, for another. Nothing is asked of this any more.
    easy_handle take_handle();

private:
    static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* peer);
    static std::size_t take_head(char*, std::size_t size, std::size_t count, void* self);
    static std::size_t take_body(char*, std::size_t size, std::size_t count, void* self);

    easy_handle easy_;
    route to_;
    text_list head_, resolved_;
    std::size_t head_bytes_ = 0, body_bytes_ = 0;
    bool is_head_too_large_ = false, is_body_cut_ = false, is_peer_refused_ = false;
};

}  // namespace shop_server::webhook
