#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <shop/async/scheduler.hpp>
#include <shop/core/log.hpp>
#include <shop/core/uuid.hpp>

namespace shop {

/// What every service is given: nothing is ambient. The executor runs one thing at a time (a strand, or a
/// single-threaded context); all coroutines of the services run on it.
struct service_context {
    asio::any_io_executor executor;  ///< runs one thing at a time
    scheduler* clock;                ///< never null; outlives the services
    id_source* ids;                  ///< never null; outlives the services
    log_sink* log = &silent_log();   ///< never null; outlives the services
};

}  // namespace shop
