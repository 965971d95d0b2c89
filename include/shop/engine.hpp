#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include <shop/async/scheduler.hpp>
#include <shop/core/call.hpp>
#include <shop/core/log.hpp>
#include <shop/core/result.hpp>
#include <shop/core/uuid.hpp>
#include <shop/engine/face.hpp>
#include <shop/engine/known_skus.hpp>
#include <shop/notifications/channel.hpp>
#include <shop/notifications/delivery_options.hpp>
#include <shop/notifications/templates.hpp>
#include <shop/notifications/webhook_options.hpp>
#include <shop/storage/storage.hpp>

namespace shop {

/// Which of the four services run in an engine.
struct services_here {
    bool products = true;       ///< runs here
    bool inventory = true;      ///< runs here
    bool orders = true;         ///< runs here
    bool notifications = true;  ///< runs here
};

/// Ports to the four services; missing ones are null.
struct services {
    std::shared_ptr<products::service> products = nullptr;            ///< null: it is nowhere
    std::shared_ptr<inventory::service> inventory = nullptr;          ///< null: it is nowhere
    std::shared_ptr<orders::service> orders = nullptr;                ///< null: it is nowhere
    std::shared_ptr<notifications::service> notifications = nullptr;  ///< null: it is nowhere
};

/// What an engine is made of; a `store` is all it needs.
struct engine_options {
    /// Where everything is kept: `storage::memory()`, `storage::sqlite("till.db")`, or your own.
    storage::factory store;
    /// Runs the services; it must run one thing at a time (a strand, or a single-threaded context). Without one the
    /// engine owns a thread.
    std::optional<asio::any_io_executor> executor = std::nullopt;
    scheduler* clock = &system_scheduler();  ///< never null; outlives the engine
    id_source* ids = &random_ids();          ///< never null; outlives the engine
    log_sink* log = &silent_log();           ///< never null; outlives the engine
    /// How customers are told; the channel `log` when empty.
    std::vector<std::shared_ptr<notifications::channel>> channels = {};
    /// What messages say; the templates that come with the library when null.
    std::shared_ptr<notifications::templates const> templates = nullptr;
    notifications::delivery_options delivery = {};  ///< how they are delivered
    notifications::webhook_options webhooks = {};   ///< with a sender, other systems are told by webhooks
    services_here here = {};                        ///< which services run here; all unless told otherwise
    /// Ports to services that run elsewhere (`transport/remote.hpp`), for those here that need them: the inventory
    /// tells the products what is available and the notifications what ran out, orders ask products and inventory and
    /// tell the notifications. Notifications ask orders for contact data and contents, where there are any.
    services elsewhere = {};
    /// Whether an inventory elsewhere would be asked now, rather than given up at once: while it would not, new orders
    /// are refused. Empty: nobody knows.
    std::function<bool()> inventory_available = {};
    /// Whether the inventory refuses a movement whose sku no product has (`unknown_sku`), as long as no piece of it is
    /// here.
    shop::unknown_skus unknown_skus = shop::unknown_skus::refuse;
    /// Are told on `executor` that an order of this process took a step, and that stock changed. A hint, for who reads
    /// what is new: what other processes do is not told. Empty: nobody is.
    std::function<void()> on_order_step = {};
    std::function<void()> on_stock_change = {};  ///< see `on_order_step`
};

/// A whole shop in this process: stores, scheduler and executor become four running services, the relays between them
/// and the recovery of what a crash cut off. Or some of its services, with ports to the others.
/// @par Thread safety
/// Distinct objects: safe. Shared objects: the faces are safe; the service references are to be used on `executor()`.
class engine {
public:
    /// Opens the stores and starts the services.
    /// @par Errors
    /// Those of the store factory, with a detail that says what to mend; `not_supported` if a service that runs here
    /// needs one that is neither here nor elsewhere.
    static result<engine> open(engine_options options);

    engine() = default;                    ///< not running anything; only to be assigned to
    engine(engine&&) noexcept;             ///< The other runs nothing any more.
    engine& operator=(engine&&) noexcept;  ///< Closes what ran here; the other runs nothing any more.
    ~engine();

    /// Waits on the calling thread; not to be used on the engine's own executor.
    /// @param call who calls, and by when; the principal `local` without a deadline unless told otherwise.
    blocking_shop blocking(shop::call call = {}) const;
    /// For `co_await`, from any executor.
    awaiting_shop awaiting(shop::call call = {}) const;

    /// @pre the service runs here, or a port to it was given.
    products::service& products() const;
    inventory::service& inventory() const;          ///< @pre the service runs here, or a port to it was given.
    orders::service& orders() const;                ///< @pre the service runs here, or a port to it was given.
    notifications::service& notifications() const;  ///< @pre the service runs here, or a port to it was given.
    /// Ports that keep what they lead to: for whoever may still use them when the engine is closed.
    services ports() const;
    shop::stores const& stores() const;      ///< Valid until the engine is closed.
    asio::any_io_executor executor() const;  ///< Yours, or the one of its own thread.

    /// How far one subscriber of events is behind.
    struct backlog {
        std::string subscriber;       ///< `notifications`, `products`...
        std::size_t events = 0;       ///< read and not told yet, a page at most
        steady_time::duration age{};  ///< of the oldest of them
    };
    /// What goes on between calls. To be used on `executor()`.
    struct background_state {
        std::size_t open_operations = 0;   ///< about
        std::uint64_t disagreements = 0;   ///< between orders and inventory, found by reconciliation so far
        std::vector<backlog> subscribers;  ///< one per log and reader
    };
    background_state background() const;  ///< To be used on `executor()`.

    /// Whether the stores of the services that run here answer. To be used on `executor()`.
    /// @par Errors
    /// Those of the store.
    asio::awaitable<result<void>> check_stores() const;
    /// Whether the stores find room for what is written; where they did not, they look for some. To be called again,
    /// once a second or so.
    /// @par Errors
    /// `store_unavailable`.
    result<void> check_room() const;

    /// Whether every subscriber has been told everything that the logs hold, and nothing is being sent. To be used on
    /// `executor()`.
    bool is_settled() const;

    /// Stops relays and recovery, lets calls under way end, and ends the engine's own thread. On an executor of yours,
    /// run it until it has nothing left to do. Nothing acknowledged is lost, whenever it comes.
    void close();

private:
    struct parts;
    explicit engine(std::shared_ptr<parts> p);
    std::shared_ptr<parts> parts_;
};

}  // namespace shop
