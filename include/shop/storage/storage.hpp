#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include <shop/async/scheduler.hpp>
#include <shop/core/log.hpp>
#include <shop/core/result.hpp>
#include <shop/core/uuid.hpp>

namespace shop {

namespace products {
class store;
}
namespace inventory {
class store;
}
namespace orders {
class store;
}
namespace notifications {
class store;
}

/// The four storage ports of a shop. They may share one database, or none.
struct stores {
    std::shared_ptr<products::store> products;            ///< null where none is needed
    std::shared_ptr<inventory::store> inventory;          ///< null where none is needed
    std::shared_ptr<orders::store> orders;                ///< null where none is needed
    std::shared_ptr<notifications::store> notifications;  ///< null where none is needed
    /// Whether what was written since the last call found room. A store whose writes nobody tries again looks for room
    /// by itself until the next call. Empty: nobody knows. To be used from any thread.
    std::function<result<void>()> check_room = {};
};

namespace storage {

/// What a store is given, since nothing is ambient.
struct context {
    scheduler& clock;              ///< outlives the stores
    id_source& ids;                ///< outlives the stores
    log_sink& log = silent_log();  ///< told what a database said, while it works; outlives the stores
};

/// Where the schema of a database stands, seen from this library.
struct schema_state {
    std::size_t version = 0;  ///< steps taken; 0 where there is no shop yet
    std::size_t needs = 0;    ///< the least version that a program must know to work on it
    std::size_t newest = 0;   ///< that this library knows
};

/// How to open the four stores; given to `engine::open`. May be called again after the stores are gone.
/// @par Errors
/// `store_unavailable`, `store_corrupt`, `invalid_value` where a setting must change, with a detail for whoever starts
/// the program.
using factory = std::function<result<stores>(context const&)>;

}  // namespace storage
}  // namespace shop
