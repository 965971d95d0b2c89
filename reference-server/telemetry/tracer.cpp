#include "tracer.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <shop/async/interruptible_timer.hpp>
#include <shop/core/text.hpp>

#include "operation_meter.hpp"

namespace shop_server {

namespace asio = boost::asio;

struct span::tracer_state : std::enable_shared_from_this<tracer_state> {
    tracer_state(shop::service_context c, tracer_options o, random_bits r, tracer::send_function s)
        : context(std::move(c)), options(std::move(o)), random(std::move(r)), send(std::move(s)), pause(context) {
        follow_wall_clock();
    }

    /// Spans are told in wall-clock time, but measured by the steady clock: it is finer, and does not jump.
    std::uint64_t unix_ns(shop::steady_time at) const {
        return static_cast<std::uint64_t>((anchor_wall + (at - anchor_steady)).count());
    }
    void follow_wall_clock() {
        using std::chrono::milliseconds;
        auto const now = context.clock->now();
        auto const stamp = std::chrono::nanoseconds(context.clock->stamp().time_since_epoch());
        auto const apart = anchor_wall + (now - anchor_steady) - stamp;
        if (apart > milliseconds(2) || apart < -milliseconds(2)) {  // a stamp is cut to milliseconds
            anchor_wall = stamp;
            anchor_steady = now;
        }
    }

    void push(finished_span&& done) {
        if (pause.stopped() || queue.size() >= options.queue_spans_max) {
            dropped.add();
            return;
        }
        queue.push_back(std::move(done));
        if (gathering && queue.size() >= (options.queue_spans_max + 1) / 2) pause.wake();
    }

    static asio::awaitable<void> run(std::shared_ptr<tracer_state> self) {
        do {
            self->gathering = true;
            co_await self->pause.sleep(self->options.period);
            self->gathering = false;
            self->follow_wall_clock();
            co_await self->send_all();
        } while (!self->pause.stopped());
    }

    asio::awaitable<void> send_all() {
        while (!queue.empty()) {
            auto const batch = take();
            auto body = otlp_traces(options.source, batch);
            bool const sent = co_await deliver(std::move(body));
            (sent ? exported : dropped).add(batch.size());
            if (!sent && pause.stopped()) {
                dropped.add(queue.size());
                queue.clear();
            }
        }
    }

    std::vector<finished_span> take() {
        auto const end = queue.begin() + static_cast<std::ptrdiff_t>(std::min(queue.size(), options.batch_spans_max));
        std::vector<finished_span> batch(std::move_iterator(queue.begin()), std::move_iterator(end));
        queue.erase(queue.begin(), end);
        return batch;
    }

    /// @return whether the collector has it; else there is no use in trying on.
    asio::awaitable<bool> deliver(std::string body) {
        for (unsigned attempts = 1;; ++attempts) {
            if (auto const now = context.clock->now(); now < next_try) co_await pause.sleep(next_try - now);
            auto const sent = co_await try_once(body);
            if (sent) {
                if (failures != 0) context.log->write(shop::severity::info, "spans are exported again", {});
                failures = 0;
                co_return true;
            }
            ++failures;
            if (failures == 1 || failures % 16 == 0) report(sent.error());
            if (!sent.error().retryable()) co_return false;
            next_try = context.clock->now() + options.between_attempts.after(failures);
            if (pause.stopped() || attempts >= options.attempts_max) co_return false;
        }
    }

    asio::awaitable<shop::result<void>> try_once(std::string body) {
        try {
            auto sending = send(std::move(body));
            co_return co_await std::move(sending);
        } catch (std::exception const&) {
            co_return shop::error(shop::error_code::unavailable);
        }
    }

    void report(shop::error const& why) {
        context.log->write(shop::severity::warning, "spans cannot be exported",
                           {{"reason", std::string(why.word())},
                            {"waiting", std::to_string(queue.size())},
                            {"dropped", std::to_string(dropped.value())}});
    }

    shop::service_context context;
    tracer_options options;
    random_bits random;
    tracer::send_function send;
    shop::interruptible_timer pause;
    std::deque<finished_span> queue;
    std::chrono::nanoseconds anchor_wall{0};
    shop::steady_time anchor_steady{};
    shop::steady_time next_try{};
    unsigned failures = 0;   ///< one after another
    bool gathering = false;  ///< the exporter waits for spans, and not for a collector
    tally dropped;
    tally exported;
};

void span::set_instance(std::string_view name) {
    if (!recorded_ || !shop::is_storable_text(name)) return;
    auto length = std::min(name.size(), span_instance_bytes_max);
    // No character is halved: half of one is no UTF-8.
    while (length < name.size() && (static_cast<unsigned char>(name[length]) & 0xC0) == 0x80) --length;
    recorded_->span.instance = name.substr(0, length);
}

void span::hand_in(std::optional<outcome> ended) {
    auto& done = recorded_->span;
    done.ended = ended;
    done.start_ns = state_->unix_ns(recorded_->began);
    done.end_ns = state_->unix_ns(state_->context.clock->now());
    state_->push(std::move(done));
    recorded_ = nullptr;
}

tracer::tracer(shop::service_context context, tracer_options options, random_bits random, send_function send) {
    if (!(options.sample_ratio >= 0.0 && options.sample_ratio <= 1.0))
        throw std::invalid_argument("tracer: the sample ratio is not between 0 and 1");
    if (options.queue_spans_max == 0 || options.batch_spans_max == 0 || options.attempts_max == 0)
        throw std::invalid_argument("tracer: a bound is 0");
    auto const& source = options.source;
    for (auto const* text : {&source.name, &source.version, &source.instance_id}) {
        if (!shop::is_storable_text(*text)) throw std::invalid_argument("tracer: its source is no UTF-8");
    }
    state_ = std::make_shared<span::tracer_state>(std::move(context), std::move(options), std::move(random),
                                                  std::move(send));
}

void tracer::start() {
    if (state_) asio::co_spawn(state_->context.executor, span::tracer_state::run(state_), asio::detached);
}

void tracer::stop() {
    if (!state_) return;
    state_->pause.stop();
}

std::string tracer::draw(std::string_view parent) {
    if (!state_) return {};
    auto const above = trace_context::parse(parent);
    if (!above) return to_string(trace_context::root(state_->random, state_->options.sample_ratio));
    return above->sampled ? to_string(above->child(state_->random)) : std::string();
}

span tracer::start_span(std::string_view operation, span_kind kind, hop at, std::string_view drawn,
                        std::string_view parent, shop::steady_time::duration before) {
    auto const context = trace_context::parse(drawn);
    if (!state_ || !context || !context->sampled) return {};
    auto const above = trace_context::parse(parent);
    span out;
    out.state_ = state_;
    out.recorded_ = std::make_unique<span::recorded>();
    auto& begun = out.recorded_->span;
    begun.operation = operation;
    begun.kind = kind;
    begun.at = at;
    begun.trace = context->trace;
    begun.id = context->span;
    if (above) begun.parent = above->span;
    out.recorded_->began = state_->context.clock->now() - before;
    return out;
}

std::uint64_t tracer::dropped() const {
    return state_ ? state_->dropped.value() : 0;
}

std::uint64_t tracer::exported() const {
    return state_ ? state_->exported.value() : 0;
}

std::size_t tracer::waiting() const {
    return state_ ? state_->queue.size() : 0;
}

}  // namespace shop_server
