#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shop/async/results.hpp>
#include <shop/core/log.hpp>
#include <shop/core/result.hpp>
#include <shop/events/event.hpp>
#include <shop/notifications/retry_schedule.hpp>
#include <shop/notifications/types.hpp>

namespace shop::notifications {

namespace asio = boost::asio;

/// Who is told of an event over a channel, as found when the event is taken in.
struct recipient {
    std::string id;  ///< the customer's id, `shop`, or whatever the channel tells its own by; never contact data
    friend bool operator==(recipient const&, recipient const&) = default;
};

/// How somebody is reached, as known when a message is sent.
struct contact {
    std::optional<std::string> email;   ///< as the order has it
    std::optional<std::string> name;    ///< for people, as the order has it
    std::optional<std::string> locale;  ///< BCP 47, the language they are written to in
    friend bool operator==(contact const&, contact const&) = default;
};

/// What a message says, made of the template of its event, channel and locale. UTF-8; lines end with LF.
struct content {
    std::string subject;  ///< one line
    std::string text;     ///< plain, readable in a terminal
    std::string html;     ///< a whole document; empty if the template has none
    friend bool operator==(content const&, content const&) = default;
};

/// What one recipient is told about one event.
struct message {
    delivery_id id;                          ///< equal over all tries: a channel that can tells repeats by it
    events::event event;                     ///< as it was told
    std::optional<shop::order_id> order_id;  ///< the order that it is about,
    std::optional<shop::sku> sku;            ///< or the sku
    std::uint64_t version = 0;               ///< of the order or of the stock, as of the event
    std::string channel;                     ///< `channel::name`
    std::string recipient;                   ///< `recipient::id`
    contact to;                              ///< empty for a channel that needs none
    content what;                            ///< empty for a channel that needs none
};

/// What a channel is like; it never changes while the channel is used.
struct channel_traits {
    /// Nothing can happen between the sending and its record that would be worth a second try, as for a line in a log:
    /// a message is sent at once and recorded once, with its outcome. Every other message is recorded before it is
    /// sent.
    bool is_immediate = false;
    bool needs_contact = false;  ///< `message::to` is filled in; a customer without an address is skipped
    bool needs_content = false;  ///< `message::what` is filled in
    /// Whether recipients may be spared it: their preferences, quiet hours and rate are asked. Not for machines.
    bool is_for_people = false;
    /// How many messages of one recipient one `send` is handed at most; no two of one order are in it.
    std::size_t messages_max = 1;
    std::size_t recipients_max = 64;           ///< that are served at once, each by a `send` of its own; at least 1
    retry_schedule retries = usual_retries();  ///< when what failed is tried again
};

/// A way to reach somebody: e-mail, a webhook, a printer. Contract: `testing::register_channel_contract`.
/// @par Thread safety
/// Shared objects: need not be safe; called from the executor of the service.
class channel {
public:
    virtual ~channel() = default;
    /// Stands in each delivery: it must not change, nor be that of another channel. `[a-z][a-z0-9_]*`
    virtual std::string_view name() const = 0;
    /// Asked once.
    virtual channel_traits traits() const { return {}; }
    /// Who is told of each event over this channel; nobody is fine. Without an override: the customer of an order,
    /// `shop` of everything else.
    /// @par Errors
    /// Any: the event is told to the service again.
    virtual results<std::vector<recipient>> recipients(std::vector<events::event> events);
    /// Hands messages over, each its own result, in their order. It is called while other calls of it for other
    /// recipients are under way, and must end within a bounded time, whatever the recipient does. Repeats are possible,
    /// with the same id; gaps are not.
    /// @par Errors
    /// One whose kind cannot be retried is final, any other is tried again by the schedule, not before its
    /// `retry_after` has passed. `outcome_unknown`: it may have arrived.
    virtual results<void> send(std::vector<message> messages) = 0;
};

/// The channel `log`: one line per message.
std::shared_ptr<channel> log_channel(log_sink& sink);

}  // namespace shop::notifications
