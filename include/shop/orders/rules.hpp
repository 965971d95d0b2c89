#pragma once

#include <functional>
#include <span>
#include <vector>

#include <shop/inventory/types.hpp>
#include <shop/orders/service.hpp>
#include <shop/orders/store.hpp>
#include <shop/products/types.hpp>
#include <shop/records/working_set.hpp>

/// The rules of orders: pure functions of loaded state and a command. No I/O, clock, randomness or text format.
namespace shop::orders::rules {

using rows = working_set<store_schema>;
using keys = key_set<store_schema>;
using expected = expected_rows<store_schema>;

// --- the status machine
// -----------------------------------------------------------------------------------------------

/// Where a caller may move an order.
std::vector<status> steps_from(status from);
/// `invalid_transition` naming from, to and what would be allowed.
error refuse_step(status from, status to);
/// What a caller says beside a move, compared with what was said when the order came to where it is.
struct step_words {
    std::optional<std::string> const& tracking;
    std::optional<std::string> const& note;
};
/// Whether a move to the status that an order has says nothing new. What it leaves out, or leaves empty, says nothing.
/// @par Errors
/// `invalid_transition` naming what differs and what would be allowed.
result<void> check_repeat(status there, step_words said, step_words before);

// --- what is asked for
// ------------------------------------------------------------------------------------------------

/// Whether an order can be placed as it stands, before anything is looked up: 1 to `limits::order_lines_max` lines, a
/// customer, texts fit for people, quantities that can be summed.
result<void> check(place_order const& command);
/// Notes and tracking codes that fit an event.
result<void> check(transition_order const& command);

/// Finds the offer of a sku; nothing when the catalogue has none.
using offer_lookup = std::function<products::offer const*(sku const&)>;

/// Merges lines of one sku and takes the snapshot of names and prices.
/// @par Errors
/// `unknown_sku`, `product_not_active`, `mixed_currency`, `amount_overflow`, `total_mismatch`, each with pointers.
result<order_content> price(place_order const& command, offer_lookup const& offer_of);

// --- intents and conclusions
// ------------------------------------------------------------------------------------------

/// The intent of placing: the key and the order, `pending`.
struct begin_placing {
    call_key key;  ///< of the caller
    order_id id;
    operation_id operation;
    document<order_content> content;
    std::optional<error>
        refused;  ///< why it cannot be placed: the answer of an unknown key, for which nothing is stored
};

/// The intent of shipping, cancelling or delivering. Delivering has no effect elsewhere and is concluded at once.
struct begin_transition {
    call_key key;  ///< of the caller
    order_id id;
    operation_id operation;
    status to = status::pending;  ///< must follow from where the order is
    std::optional<std::string> note;
    std::optional<orders::note_visibility> note_visibility;
    std::optional<std::string> tracking;
    std::shared_ptr<principal const> by;  ///< who asks: a customer moves only their own orders
    /// How the order came to the status it had when it was looked at: compared when the move has been made already.
    std::optional<event_record> last_step;
};

/// The conclusion of an open operation: what its effect was.
struct conclude {
    order_record order;            ///< as it was stored or read last, with its open operation
    std::optional<error> refused;  ///< as the inventory recorded or answered it; nothing when it was applied
};

/// An order as a command left it.
struct outcome {
    order_record order;  ///< as it is to be stored
    /// The record under the key of the begin, or of the transition concluded. Nothing of a begin whose move has been
    /// made already: nothing is stored before it comes back with `last_step`.
    std::optional<key_record> key;
    bool fresh = false;  ///< it was this command that changed it
};

void want(keys& wanted, begin_placing const& command);
void want(keys& wanted, begin_transition const& command);
void want(keys& wanted, conclude const& command);

/// What a command finds nearly always: a key and an order that are new; an order as it was stored last.
void expect(expected& rows, begin_placing const& command);
void expect(expected& rows, begin_transition const& command);
void expect(expected& rows, conclude const& command);

/// The order of a key that is known already, unless it is loaded.
void want_more(keys& wanted, loaded_rows<store_schema> const& loaded, begin_placing const& command);

/// @par Errors
/// `idempotency_key_reused`; of an unknown key, what the command was refused for.
result<outcome> decide(rows& state, begin_placing const& command, attempt const& now);
/// @par Errors
/// `idempotency_key_reused`; `not_found`; `invalid_transition`; `operation_in_progress`.
result<outcome> decide(rows& state, begin_transition const& command, attempt const& now);
/// Of an operation that is concluded already it answers what became of the order.
/// @par Errors
/// `not_found`.
result<outcome> decide(rows& state, conclude const& command, attempt const& now);

/// Whether an operation waits for its effect.
inline bool is_open(order_record const& order) {
    return order.open.has_value();
}

// --- agreement
// --------------------------------------------------------------------------------------------------------

/// How an order and what the inventory decided about it can fail to match; an audit calls them the same.
enum class disagreement_kind {
    pending_without_operation,
    order_without_allocation,
    rejected_with_allocation,
    lines_mismatch,
    shipment_mismatch,
    allocation_without_order,
};

constexpr std::array<std::string_view, 6> words_of(disagreement_kind) {
    return {"pending_without_operation", "order_without_allocation", "rejected_with_allocation", "lines_mismatch",
            "shipment_mismatch",         "allocation_without_order"};
}

/// How an order and the inventory disagree.
struct disagreement {
    disagreement_kind kind;  ///< called the same by an audit
    std::string detail;
};

/// Whether an order without an open operation agrees with what the inventory decided about it.
/// @param decision nothing if there is none.
std::optional<disagreement> compare(order_record const& order, inventory::decided_order const* decision);

// --- answers
// ----------------------------------------------------------------------------------------------------------

/// The order as it stands, for who runs the shop.
order view(order_record const& record);
/// The same for somebody: a customer is not told an internal reason.
order view_for(principal const& by, order_record const& record);
/// The order as placing left it: the same bytes for ever. The record must not be pending any more.
/// @par Errors
/// `out_of_stock` with the recorded shortages.
result<order> placed(order_record const& record);
/// The order as a transition left it.
order view_at(order_record const& record, std::uint64_t version, std::span<event_record const> history);
/// What is left of an order's view, or of a step of its history, for somebody.
void hide_internal(principal const& by, order_record const& record, order& seen);
/// The same of one step.
history_item view_for(principal const& by, event_record const& step);
/// The number in the id of an event: digits, at most `limits::safe_integer_max`; nothing of any other text.
std::optional<std::uint64_t> number_of_event(std::string_view text);
/// One step for all who may follow it.
order_event told_of(event_record const& step);
/// The failure recorded under a key of a transition.
error recorded_error(recorded_refusal const& refusal);
/// What of a failure is kept under the key.
recorded_refusal to_recorded(error const& refused);

}  // namespace shop::orders::rules
