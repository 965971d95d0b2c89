#pragma once

#include <memory>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <shop/async/interruptible_timer.hpp>
#include <shop/async/service_context.hpp>
#include <shop/core/limits.hpp>
#include <shop/records/record.hpp>

namespace shop {

/// Whose turn it is to do a work in the background, among the processes that share a store. It saves work, no more: two
/// that both think it theirs do it twice, and nothing comes to harm.
class lease {
public:
    virtual ~lease() = default;
    virtual bool held() const = 0;  ///< Whether it is this process's turn, as far as it knows.
};

/// Of a store that nobody shares.
std::shared_ptr<lease> always_held();

/// Who holds the lease of a store. `Owner` is the record type whose service it belongs to.
template <class Owner>
struct lease_record {
    static constexpr std::string_view table = Owner::lease_table;
    static constexpr auto key() { return std::tuple{&lease_record::work}; }
    static constexpr std::size_t load_key_size = 1;

    std::string work;            ///< what is leased: a name, one record for each
    std::uint64_t revision = 0;  ///< rises as long as the holder lives
    uuid holder;                 ///< nil: free

    static constexpr auto fields() {
        return std::tuple{required("work", &lease_record::work), required("revision", &lease_record::revision),
                          required("holder", &lease_record::holder)};
    }
    friend bool operator==(lease_record const&, lease_record const&) = default;
};

/// Takes a lease, keeps it, or gives it up.
template <class Schema, class Owner>
class change_lease final : public decision_batch<Schema> {
    using record = lease_record<Owner>;

public:
    /// To have it, or to let somebody else have it.
    enum class wish { hold, give_up };
    /// @param stale the revision of a holder that is taken for dead; 0 for none
    change_lease(std::string work, uuid me, wish what, std::uint64_t stale = 0)
        : work_(std::move(work)), me_(me), wish_(what), stale_(stale) {}

    key_set<Schema> wanted() const override {
        key_set<Schema> keys;
        keys.template add<record>({work_});
        return keys;
    }

    boost::system::result<changes<Schema>, key_set<Schema>> decide(loaded_rows<Schema> const& rows,
                                                                   attempt const&) override {
        changes<Schema> out;
        record next;
        if (auto const* stored = rows.template find<record>({work_})) next = *stored;
        bool const mine = next.holder == me_;
        bool const free = next.holder.is_nil() || (stale_ != 0 && next.revision == stale_);
        held = wish_ == wish::hold && (mine || free);
        if (!held && !(mine && wish_ == wish::give_up)) return out;
        next.work = work_;
        next.holder = held ? me_ : uuid{};
        out.template put<record>(std::move(next));
        return out;
    }

    bool held = false;  ///< Whether the wish `hold` was granted, once the batch is committed.

private:
    std::string work_;
    uuid me_;
    wish wish_;
    std::uint64_t stale_;
};

/// A lease kept in a store: renewed every `limits::lease_beat`, taken from a holder that has not renewed it for
/// `limits::lease_lapse` as this process's monotonic clock sees it. No clock is compared with another's.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of its context.
template <class Schema, class Owner>
class store_lease final : public lease, public std::enable_shared_from_this<store_lease<Schema, Owner>> {
    using record = lease_record<Owner>;
    using change = change_lease<Schema, Owner>;

public:
    /// @param work the name of what is leased
    /// @param store must be of a schema with a `lease_record`
    store_lease(service_context context, std::shared_ptr<record_store<Schema>> store, std::string work)
        : context_(std::move(context)), store_(std::move(store)), work_(std::move(work)), between_beats_(context_) {}

    /// Begins to try for it. An exclusive store needs none: then it is held from now on, and nothing is written.
    void start() {
        if (store_->exclusive()) {
            held_ = true;
            return;
        }
        me_ = context_.ids->next(context_.clock->stamp());
        asio::co_spawn(context_.executor, keep(this->shared_from_this()), asio::detached);
    }
    /// Gives it up, so that another process need not wait for it.
    void stop() { between_beats_.stop(); }
    bool held() const override { return held_; }

private:
    static asio::awaitable<void> keep(std::shared_ptr<store_lease> self) {
        while (!self->between_beats_.stopped()) {
            co_await self->beat();
            co_await self->between_beats_.sleep(limits::lease_beat);
        }
        if (std::exchange(self->held_, false)) {
            auto const last = std::make_shared<change>(self->work_, self->me_, change::wish::give_up);
            co_await self->store_->transact(last);  // whoever comes next finds out anyway, a little later
        }
    }

    asio::awaitable<void> beat() {
        std::uint64_t stale = 0;
        if (!held_) {
            auto const other = co_await other_holder();
            if (!other) co_return;
            if (*other != 0) {
                bool const fresh = std::exchange(seen_, *other) != *other;
                if (fresh) seen_since_ = context_.clock->now();
                if (context_.clock->now() - seen_since_ < limits::lease_lapse) co_return;
                stale = *other;
            }
        }
        auto const began = context_.clock->now();
        auto const wanted = std::make_shared<change>(work_, me_, change::wish::hold, stale);
        auto const done = co_await store_->transact(wanted);
        if (done) {
            held_ = wanted->held;
            renewed_ = began;
        } else if (context_.clock->now() - renewed_ > limits::lease_lapse) {
            held_ = false;
        }
    }

    /// The revision of somebody else's lease; 0 when it is free; nothing when the store does not answer.
    asio::awaitable<std::optional<std::uint64_t>> other_holder() {
        key_set<Schema> keys;
        keys.template add<record>({work_});
        auto const rows = co_await store_->load(std::move(keys));
        if (!rows) co_return std::nullopt;
        auto const* stored = (*rows)->template find<record>({work_});
        co_return stored && !stored->holder.is_nil() && stored->holder != me_ ? stored->revision : 0;
    }

    service_context context_;
    std::shared_ptr<record_store<Schema>> store_;
    std::string work_;
    interruptible_timer between_beats_;
    uuid me_;
    std::uint64_t seen_ = 0;
    steady_time seen_since_{};
    steady_time renewed_{};
    bool held_ = false;
};

}  // namespace shop
