#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include <shop/async/backoff.hpp>
#include <shop/async/service_context.hpp>
#include <shop/core/result.hpp>
#include <shop/core/time.hpp>

#include "otlp.hpp"
#include "outcome.hpp"
#include "trace_context.hpp"

namespace shop_server {

/// More of the name of an instance is not recorded.
inline constexpr std::size_t span_instance_bytes_max = 256;

struct tracer_options {
    telemetry_source source;
    /// The share of the traces beginning here that are recorded, 0 to 1. For the others their root has decided.
    double sample_ratio = 1.0;
    std::size_t queue_spans_max = 2'048;  ///< more that wait for the collector are dropped, and counted
    std::size_t batch_spans_max = 512;
    std::chrono::milliseconds period{5'000};  ///< how long spans wait to be sent, unless the queue is half full
    shop::backoff between_attempts{std::chrono::seconds(1), std::chrono::minutes(1)};
    unsigned attempts_max = 8;  ///< then a batch is dropped, and counted
};

/// Work under way, as its trace sees it. Without a tracer it is empty, and costs nothing.
/// @par Thread safety
/// Distinct objects: unsafe, as their tracer.
class span {
public:
    span() = default;
    span(span&&) noexcept = default;
    span& operator=(span&& other) noexcept {
        finish_unless_done();
        state_ = std::move(other.state_);
        recorded_ = std::move(other.recorded_);
        return *this;
    }
    /// Work that was not finished has been given up: cancelled, or left by an exception.
    ~span() { finish_unless_done(); }

    /// Whether it will be told of.
    explicit operator bool() const { return recorded_ != nullptr; }

    void set_items(std::size_t n) {
        if (recorded_) recorded_->span.items = n;
    }
    /// Which instance is called. What is no UTF-8 is left out.
    void set_instance(std::string_view name);

    /// The work is done, now.
    void finish(outcome ended) {
        if (recorded_) hand_in(ended);
    }

private:
    friend class tracer;
    struct recorded {
        finished_span span;
        shop::steady_time began;
    };
    struct tracer_state;

    void finish_unless_done() {
        if (recorded_) hand_in(std::nullopt);
    }
    void hand_in(std::optional<outcome> ended);

    std::shared_ptr<tracer_state> state_;
    std::unique_ptr<recorded> recorded_;
};

/// Records spans and sends them to an OpenTelemetry collector, beside the requests: they never wait for it. While it is
/// away, spans wait in a bounded queue; what has no room there is dropped and counted.
/// @par Thread safety
/// Shared objects: unsafe, to be used from the executor of its context; except `dropped` and `exported`, which are
/// safe.
class tracer {
public:
    /// Sends one body to the collector: `POST /v1/traces`, `application/json`. It must answer in bounded time. An error
    /// that is not `retryable()` drops the batch, any other is tried again; what it throws counts as `unavailable`.
    using send_function = std::function<boost::asio::awaitable<shop::result<void>>(std::string body)>;

    /// Off: spans are empty.
    tracer() = default;
    /// @param context its clock and log outlive the work of this object on its executor.
    /// @param random ids are drawn from it.
    /// @throws std::invalid_argument for a ratio outside 0 to 1, bounds of 0, or a source that is no UTF-8.
    tracer(shop::service_context context, tracer_options options, random_bits random, send_function send);

    bool is_on() const { return state_ != nullptr; }

    /// Begins to send. Once.
    void start();
    /// Sends what is left, each batch tried once more and none after the first failure, and ends. The executor must run
    /// for it, and until then.
    void stop();

    /// Names work before it begins, so that those can be told who are called for it: the `traceparent` below that of a
    /// parent, or without a valid one the first of a trace that begins here. Empty if nothing is recorded below that
    /// parent, or without a tracer: then pass on what came.
    std::string draw(std::string_view parent = {});
    /// Begins the span that a `traceparent` drawn here names; an empty one if its trace is not recorded.
    /// @param operation static text: a name of the operation tables.
    /// @param parent what it was drawn below
    /// @param before how long ago the work began
    span start_span(std::string_view operation, span_kind kind, hop at, std::string_view drawn,
                    std::string_view parent = {}, shop::steady_time::duration before = {});

    std::uint64_t dropped() const;
    std::uint64_t exported() const;
    /// Spans that wait to be sent.
    std::size_t waiting() const;

private:
    std::shared_ptr<span::tracer_state> state_;
};

}  // namespace shop_server
