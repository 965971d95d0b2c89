#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <shop/async/service_context.hpp>
#include <shop/engine.hpp>
#include <shop/http/channel.hpp>
#include <shop/http/live_updates.hpp>
#include <shop/http/resources.hpp>
#include <shop/http/rest.hpp>
#include <shop/transport/endpoint.hpp>

#include "access/access_control.hpp"
#include "access/refusal_log.hpp"
#include "access/service_credentials.hpp"
#include "channels/webhook/curl_sender.hpp"
#include "edge/cors_and_load_shedding.hpp"
#include "edge/order_expansion.hpp"
#include "peers/peer.hpp"
#include "role.hpp"
#include "settings.hpp"
#include "telemetry/observation.hpp"

namespace shop_server {

/// What a role consists of: the services that run here, the peers they need, and the face they show.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of its context.
class wiring {
public:
    /// Opens the stores and starts what runs in the background.
    /// @par Errors
    /// `invalid_value` for a setting that does not hold, with its name in front; those of the store factory.
    /// @param watching outlives the object
    static shop::result<std::unique_ptr<wiring>> open(role what, settings const& with, shop::service_context context,
                                                      std::shared_ptr<service_credentials> credentials,
                                                      observation& watching);

    /// What this role answers on its port.
    shop::http::handler& face();
    /// What stands in the way of doing its work; empty if nothing does.
    std::vector<std::string> not_ready() const;
    /// Whether its store is read, but has no room for what is written.
    bool is_read_only() const { return has_store_ && store_answers_ && !store_has_room_; }
    /// Reads keys, rates and the like again.
    /// @return what cannot be read and stays as it was, with the name of its setting in front
    std::vector<std::string> reload(settings const& with);
    /// Ends the streams of live updates.
    void end_streams();
    /// Ends what runs in the background.
    void close();

private:
    wiring(shop::service_context context, std::shared_ptr<service_credentials> credentials, observation& watching)
        : context_(std::move(context)), credentials_(std::move(credentials)), watching_(watching) {}

    shop::result<void> meet_peers(role what, settings const& with);
    shop::result<void> open_doors(settings const& with);
    std::shared_ptr<peer> meet(std::string service, std::vector<std::string> const& addresses, peer_options options);
    std::optional<shop::error> judge_caller(shop::http::request const& head, std::string_view operation);
    shop::result<void> run_services(role what, settings const& with);
    shop::result<void> open_webhooks(shop::engine_options& options, settings const& with);
    void offer(role what);
    void open_streams(settings const& with);
    void serve_rest(shop::services services, settings const& with);
    shop::result<void> read_cursor_key(settings const& with);
    static asio::awaitable<void> watch_stores(wiring& self, std::shared_ptr<shop::interruptible_timer> between);

    shop::service_context context_;
    std::shared_ptr<service_credentials> credentials_;
    std::vector<std::shared_ptr<peer>> peers_;
    std::shared_ptr<peer> inventory_;
    shop::services elsewhere_, served_;
    std::shared_ptr<webhook::curl_sender> webhooks_;
    shop::engine engine_;
    bool has_store_ = false;
    bool store_answers_ = true;
    bool store_has_room_ = true;
    std::shared_ptr<shop::interruptible_timer> between_looks_;
    observation& watching_;
    std::unique_ptr<access_control> access_control_;
    std::optional<shop::http::cursor_seal> cursors_;
    std::optional<shop::http::live_updates> live_;
    std::optional<shop::http::rest_api> rest_;
    std::optional<order_expansion> order_expansion_;
    std::optional<cors_and_load_shedding> cors_and_load_shedding_;
    std::optional<shop::http::internal_api> internal_;
    std::optional<refusal_log> refusals_;  ///< of services
};

/// What the settings of a role lack, or nothing: each names its key.
std::vector<std::string> missing_settings(role what, settings const& with);

/// Why a process cannot go on with settings that were read again, or nothing: they must do for a start, and leave what
/// start settled as it is: whether callers must say who they are, whether the port speaks TLS. Files are read if they
/// are named anew.
/// @param running what it has
/// @param where it listens
std::vector<std::string> refuse_to_reload(role what, settings const& running, read_settings const& again,
                                          listen_address const& where);

}  // namespace shop_server
