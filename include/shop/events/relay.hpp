#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <shop/async/backoff.hpp>
#include <shop/async/interruptible_timer.hpp>
#include <shop/async/service_context.hpp>
#include <shop/events/cursor.hpp>
#include <shop/records/lease.hpp>
#include <shop/records/transact.hpp>

namespace shop::events {

/// Moves a subscriber's cursor forward; never back, whoever writes last.
template <class Schema, class Log>
class advance_cursor final : public decision_batch<Schema> {
    using record = cursor_record<Log>;

public:
    /// @param up_to a position in the log; one that was acknowledged already changes nothing
    advance_cursor(std::string subscriber, std::uint64_t up_to)
        : subscriber_(std::move(subscriber)), acknowledged_position_(up_to) {}

    key_set<Schema> wanted() const override {
        key_set<Schema> keys;
        keys.template add<record>({subscriber_});
        return keys;
    }

    boost::system::result<changes<Schema>, key_set<Schema>> decide(loaded_rows<Schema> const& rows,
                                                                   attempt const&) override {
        changes<Schema> out;
        record next;
        if (auto const* stored = rows.template find<record>({subscriber_})) next = *stored;
        if (next.acknowledged_position >= acknowledged_position_ && next.revision != 0) return out;
        next.subscriber = subscriber_;
        next.acknowledged_position = std::max(next.acknowledged_position, acknowledged_position_);
        out.template put<record>(std::move(next));
        return out;
    }

private:
    std::string subscriber_;
    std::uint64_t acknowledged_position_;
};

/// Tells one subscriber what a log says, from its cursor on: at least once, in order, no transaction open while it
/// sends.
///
/// The cursor moves only after the subscriber took the records in; a crash in between repeats them, and the subscriber
/// knows a repeat when it sees one. A subscriber that fails is asked again, later and later; nobody else waits for it.
/// One that was told is told again `limits::relay_pace` later at the earliest, so that a busy log is told in few
/// pieces.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of its context.
template <class Schema, class Log>
class relay : public std::enable_shared_from_this<relay<Schema, Log>> {
public:
    /// The store that has the log.
    using store_type = record_store<Schema>;
    /// Takes records in; success means that they need never be told again.
    using deliver_function = std::function<asio::awaitable<result<void>>(std::vector<Log>)>;

    /// @param lease among the processes that share the log, whose turn it is to tell
    relay(service_context context, std::shared_ptr<store_type> store, std::shared_ptr<shop::lease> lease,
          std::string subscriber, deliver_function deliver)
        : context_(std::move(context)),
          store_(std::move(store)),
          lease_(std::move(lease)),
          subscriber_(std::move(subscriber)),
          deliver_(std::move(deliver)),
          between_looks_(context_) {}

    /// Begins to look at the log.
    void start() { asio::co_spawn(context_.executor, run(this->shared_from_this()), asio::detached); }

    /// The log has grown here by something to tell. It is looked at anyway, for what another process wrote: once a
    /// second, and more often in a store made to be shared.
    void wake() {
        grew_ = true;
        if (!failing_ && !gathering_) between_looks_.wake();  // news do not hurry a subscriber that fails
    }

    void stop() { between_looks_.stop(); }  ///< Nothing is told from now on; what is under way may end.

    /// The position up to which the subscriber has been told.
    std::uint64_t acknowledged_position() const { return acknowledged_position_; }
    /// Records that were read and are not told yet, a page at most.
    std::size_t waiting() const { return waiting_; }
    /// Since when something is known to be untold; nothing if all is told.
    std::optional<steady_time> untold_since() const { return untold_since_; }
    /// Whether all was told that the last look found, and nothing is known to have been added since.
    bool is_idle() const { return idle_ && !grew_; }

private:
    static asio::awaitable<void> run(std::shared_ptr<relay> self) {
        unsigned failures = 0;
        bool cursor_read = false;
        while (!self->between_looks_.stopped()) {
            if (!self->lease_->held()) {
                self->idle_ = false;
                cursor_read = false;  // whoever tells meanwhile moves it
                co_await self->between_looks_.sleep(self->look_again(0));
                continue;
            }
            // What comes soon after something was told gathers, so that it is told together.
            if (auto const now = self->context_.clock->now(); now < self->next_) {
                self->gathering_ = true;
                co_await self->between_looks_.sleep(self->next_ - now);
                self->gathering_ = false;
                if (self->between_looks_.stopped()) break;
            }
            self->grew_ = false;
            self->idle_ = false;
            auto const acknowledged_before = self->acknowledged_position_;
            result<bool> more = false;  // g++ 12 mishandles `co_await` in both branches of a conditional expression
            if (cursor_read) {
                more = co_await self->tell();
            } else {
                more = co_await self->read_cursor();
            }
            if (more) {
                cursor_read = true;
                failures = 0;
                self->idle_ = !*more;
                if (*more) continue;
            } else {
                ++failures;
                if (failures == 1 || failures % 16 == 0) self->report(more.error());
            }
            self->failing_ = failures != 0;
            if (self->acknowledged_position_ != acknowledged_before)
                self->next_ = self->context_.clock->now() + limits::relay_pace;
            if (self->grew_ && failures == 0) continue;
            co_await self->between_looks_.sleep(self->look_again(failures));
        }
    }

    asio::awaitable<result<bool>> read_cursor() {
        key_set<Schema> keys;
        keys.template add<cursor_record<Log>>({subscriber_});
        auto rows = co_await store_->load(std::move(keys));
        if (!rows) co_return rows.error();
        if (auto const* cursor = (*rows)->template find<cursor_record<Log>>({subscriber_}))
            acknowledged_position_ = cursor->acknowledged_position;
        co_return true;
    }

    /// @return whether there may be more to tell.
    asio::awaitable<result<bool>> tell() {
        auto records =
            co_await store_->template scan<Log>(key_of<Log>{acknowledged_position_}, limits::batch_items_max);
        if (!records) co_return records.error();
        waiting_ = records->size();
        if (records->empty()) {
            untold_since_.reset();
            co_return false;
        }
        if (!untold_since_) untold_since_ = context_.clock->now();
        auto const last = records->back().position;
        bool const more = records->size() == limits::batch_items_max;
        auto delivered = co_await deliver_(std::move(*records));
        if (!delivered) co_return delivered.error();
        auto advance = std::make_shared<advance_cursor<Schema, Log>>(subscriber_, last);
        auto const saved = co_await transact_until_known<Schema>(*store_, advance, context_);
        if (!saved) co_return saved.error();
        acknowledged_position_ = last;
        waiting_ = 0;
        untold_since_.reset();
        co_return more;
    }

    steady_time::duration look_again(unsigned failures) const {
        if (failures != 0) return backoff{std::chrono::milliseconds(100), std::chrono::minutes(1)}.after(failures);
        return std::chrono::milliseconds(store_->exclusive() ? 1000 : 250);
    }

    void report(error const& why) {
        context_.log->write(severity::warning, "subscriber cannot be told",
                            {{"subscriber", subscriber_}, {"reason", std::string(why.word())}});
    }

    service_context context_;
    std::shared_ptr<store_type> store_;
    std::shared_ptr<lease> lease_;
    std::string subscriber_;
    deliver_function deliver_;
    interruptible_timer between_looks_;
    std::uint64_t acknowledged_position_ = 0;
    bool grew_ = false;
    steady_time next_{};  ///< told no earlier than this, unless a full page is waiting
    std::size_t waiting_ = 0;
    std::optional<steady_time> untold_since_;
    bool gathering_ = false;
    bool failing_ = false;
    bool idle_ = false;
};

}  // namespace shop::events
