#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include <shop/async/service_context.hpp>
#include <shop/http/message.hpp>
#include <shop/storage/postgres.hpp>
#include <shop/transport/observer.hpp>

#include "access/security_log.hpp"
#include "access_log.hpp"
#include "metrics.hpp"
#include "peers/peer.hpp"
#include "role.hpp"
#include "settings.hpp"
#include "tracer.hpp"

namespace shop {
class engine;
}

namespace shop_server {

/// All that watches a process at work: metrics, traces, the access log and security events. The parts of the server
/// tell it; it tells Prometheus, the collector of traces, and the log.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of its context.
class observation {
public:
    observation(role what, settings const& with, shop::service_context context);
    ~observation();

    metrics& numbers() { return numbers_; }
    security_log& security() { return security_; }
    void set_access_log(bool wanted) { logs_access_ = wanted; }

    /// See `shop::http::rest_options::draw_span`; empty without a collector of traces.
    std::function<std::string(std::string_view)> span_source();
    /// At the edge, for each answer.
    void answered(shop::http::request const& request, shop::http::response const& answer, std::string_view operation);
    /// What watches messages that this process answers, or calls that it makes.
    shop::transport::observer watch(hop where);

    void add(std::shared_ptr<peer> one);
    void add(shop::engine const& services, std::shared_ptr<shop::storage::postgres_statistics> database);

    /// Sends the traces that wait, and ends.
    void stop();

private:
    operation_meter& meter(std::string_view operation, hop where);
    void log_items(shop::transport::observed_items const& items);

    shop::service_context context_;
    metrics numbers_;
    tracer tracer_;
    access_log access_log_;
    security_log security_;
    bool logs_access_;
    std::map<std::pair<std::string_view, hop>, operation_meter*> meters_;
};

}  // namespace shop_server
