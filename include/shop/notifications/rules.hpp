#pragma once

#include <shop/notifications/channel.hpp>
#include <shop/notifications/service.hpp>
#include <shop/notifications/store.hpp>
#include <shop/records/working_set.hpp>

/// The rules of notifications: pure functions of loaded state and a command.
namespace shop::notifications::rules {

using rows = working_set<store_schema>;
using keys = key_set<store_schema>;
using expected = expected_rows<store_schema>;

/// A try to hand one message over, with its end.
struct record_attempt {
    delivery_record delivery;            ///< as it was before the try; revision 0 on the first
    std::optional<std::string> failure;  ///< a stable word; nothing when it went through
    std::uint64_t jitter = 0;            ///< random; spreads the retries
};

/// Tries of one delivery; then it is dead.
inline constexpr unsigned attempts_max = 10;

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
/// The delivery that an event makes over a channel. Its id follows from the event, equal over all repeats. @pre `check`
delivery_record new_delivery(events::event const& event, std::string_view channel);
/// What the channel is handed, without contact and content.
message to_message(delivery_record const& delivery);
/// One sentence for people, in English: "Your order ... is confirmed."
std::string summary(message const& m);

void want(keys& wanted, record_attempt const& command);
/// The delivery as it was read before the try.
void expect(expected& rows, record_attempt const& command);
/// Records the end of a try: delivered, to be tried again, or dead after `attempts_max`. A delivery that somebody else
/// recorded in between stays as they left it.
void decide(rows& state, record_attempt const& command, attempt const& now);

/// As callers see it.
delivery view(delivery_record const& record);

}  // namespace shop::notifications::rules
