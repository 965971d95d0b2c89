#pragma once

#include <shop/core/error.hpp>
#include <shop/notifications/channel.hpp>
#include <shop/notifications/service.hpp>
#include <shop/notifications/store.hpp>
#include <shop/records/working_set.hpp>

/// The rules of notifications: pure functions of loaded state and a command.
namespace shop::notifications::rules {

using rows = working_set<store_schema>;
using keys = key_set<store_schema>;
using expected = expected_rows<store_schema>;

/// An event that is taken in: a delivery to be made.
struct take_in {
    delivery_record delivery;  ///< as `new_delivery` made it
};

/// What became of a delivery that was to be sent.
struct record_outcome {
    delivery_record delivery;                ///< as it was before; revision 0 of one that was sent before it was stored
    std::optional<shop::error> failure;      ///< nothing when it went through
    bool is_final = false;                   ///< the failure: no other try would help
    std::optional<delivery_status> instead;  ///< it was not tried: it is this, `pending` until `until`, or `skipped`
    std::optional<timestamp> until;
    retry_schedule const* schedule = nullptr;  ///< of the channel; outlives the command
    std::uint64_t jitter = 0;                  ///< random; spreads the retries
};

/// Somebody wants it sent again.
struct redeliver {
    key_of<delivery_record> key;  ///< of the delivery
};

/// What becomes of a message that is due, as its recipient chose.
struct judgement {
    /// To be sent now, never, or at `until`.
    enum class kind { send, skip, later };
    kind what = kind::send;  ///< what becomes of it
    timestamp until{};       ///< when it is `later`
};

/// Who is told of stock: whoever runs the shop, however the channel finds them.
inline constexpr std::string_view the_shop = "shop";

/// Whether an event is of a type that people are told of.
bool is_known(events::event const& event);
/// Whether its subject is what its type is about. @pre `is_known`
/// @par Errors
/// `invalid_value` at "/subject".
result<void> check(events::event const& event);
/// Who is told of it unless a channel knows better: the customer of an order, `the_shop` of stock.
recipient usual_recipient(events::event const& event);
/// The delivery that an event makes over a channel to a recipient. Its id follows from these, equal over all repeats.
/// @pre `check`
delivery_record new_delivery(events::event const& event, std::string_view channel, std::string_view to);
/// The event of a delivery; where it was not kept, what else is known of it.
events::event event_of(delivery_record const& delivery);
/// What the channel is handed, without contact and content.
message to_message(delivery_record const& delivery);
/// The same, of its event.
message to_message(delivery_record const& delivery, events::event event);
/// One sentence for people, in English: "Your order ... is confirmed."
std::string summary(message const& m);

void want(keys& wanted, take_in const& command);
void want(keys& wanted, record_outcome const& command);
void want(keys& wanted, redeliver const& command);
/// Nothing there.
void expect(expected& rows, take_in const& command);
/// The delivery as it was read before the try.
void expect(expected& rows, record_outcome const& command);
/// Records a delivery to be made at once. One that was taken in before stays as it is.
void decide(rows& state, take_in const& command, attempt const& now);
/// Records the end of a try: delivered, to be tried again by the schedule, or dead. A delivery that somebody else
/// recorded in between stays as they left it.
void decide(rows& state, record_outcome const& command, attempt const& now);
/// It is due at once, and its schedule begins anew.
/// @par Errors
/// `not_found`.
result<delivery> decide(rows& state, redeliver const& command, attempt const& now);

/// Whether choices can be kept.
/// @par Errors
/// `invalid_value`.
result<void> check(choices const& chosen);
/// The choices of a customer who never chose, or theirs.
preferences view(std::string customer_id, preferences_record const* stored);
/// The form of an address under which it is suppressed: that of an e-mail address is in lower case.
std::string suppressed_as(std::string_view address);
/// @par Errors
/// `invalid_value`.
result<void> check(suppress_address const& command);
suppression view(suppression_record const& record);  ///< As callers see it.

/// What a customer's choices say of a message.
/// @param taken_in when its event was
/// @param digest_at after midnight, when those of a day are sent
judgement judge(choices const& chosen, message const& m, timestamp taken_in, timestamp now,
                std::chrono::minutes digest_at);

void want(keys& wanted, set_preferences const& command);
void want(keys& wanted, suppress_address const& command);
void want(keys& wanted, unsuppress_address const& command);
/// @par Errors
/// `version_required`, `version_mismatch`, those of `check`.
result<preferences> decide(rows& state, set_preferences const& command, attempt const& now);
/// @par Errors
/// Those of `check`.
result<suppression> decide(rows& state, suppress_address const& command, attempt const& now);
/// @par Errors
/// `not_found`.
result<suppression> decide(rows& state, unsuppress_address const& command, attempt const& now);

/// As callers see it.
delivery view(delivery_record const& record);

}  // namespace shop::notifications::rules
