#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <shop/core/log.hpp>
#include <shop/core/scheduler.hpp>
#include <shop/core/uuid.hpp>

namespace shop {

/// What every service is given: nothing is ambient. The executor runs one thing at a time (a strand, or a
/// single-threaded context); all coroutines of the services run on it.
struct service_context {
    asio::any_io_executor executor;
    scheduler* clock;
    id_source* ids;
    log_sink* log = &silent_log();
};

}  // namespace shop
