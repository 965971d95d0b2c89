#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include <shop/async/scheduler.hpp>
#include <shop/storage/storage.hpp>

#include "trouble.hpp"

namespace shop::postgres {

/// Tells the operator what a client is never told: why the database refused or failed, once a minute for each SQLSTATE.
/// Conflicts are everyday work.
/// @par Thread safety
/// Shared objects: safe.
class complaints {
public:
    /// @param whose for people; outlives this
    explicit complaints(storage::context const& with, std::string_view whose = "the database")
        : clock_(with.clock), log_(with.log), whose_(whose) {}
    void tell(trouble const& what);

private:
    scheduler& clock_;
    log_sink& log_;
    std::string_view whose_;
    std::mutex mutex_;
    std::map<std::string, steady_time> told_;  ///< when the log was told last, by SQLSTATE
};

}  // namespace shop::postgres
