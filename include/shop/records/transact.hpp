#pragma once

#include <memory>

#include <shop/async/backoff.hpp>
#include <shop/async/service_context.hpp>
#include <shop/core/limits.hpp>
#include <shop/records/record.hpp>

namespace shop {

/// Runs a batch until its outcome is known.
///
/// After an unknown commit the same batch runs again: every write of a batch is idempotent by something that the same
/// transaction wrote, so that a second run finds what the first one did. A store that is away is asked at
/// `limits::away_pace`, so that whoever waits is answered as soon as it is back.
/// @par Errors
/// As `record_store::transact`; `outcome_unknown` only when the store stays unreachable for
/// `limits::unknown_commit_max`.
template <class Schema>
asio::awaitable<result<void>> transact_until_known(record_store<Schema>& store,
                                                   std::shared_ptr<decision_batch<Schema>> batch,
                                                   service_context const& context) {
    constexpr backoff between_attempts{std::chrono::milliseconds(20), limits::away_pace};
    auto const give_up = context.clock->now() + limits::unknown_commit_max;
    bool unknown = false;
    for (unsigned attempt = 1;; ++attempt) {
        auto done = co_await store.transact(batch);
        if (done) co_return done;
        bool const again =
            done.error().code() == error_code::outcome_unknown ||
            (unknown && done.error().code() == error_code::store_unavailable);  // what the first run did is still open
        if (!again) co_return done;
        unknown = true;
        if (context.clock->now() >= give_up) co_return error(error_code::outcome_unknown);
        co_await context.clock->sleep_until(context.clock->now() + between_attempts.after(attempt));
    }
}

}  // namespace shop
