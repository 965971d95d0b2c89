#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every bound of the product but those of HTTP (`shop/http/limits.hpp`). The edge tests walk each of them.
namespace shop::limits {

using namespace std::chrono_literals;

inline constexpr std::chrono::milliseconds deadline_default = 10s;  ///< for a request that brings none

/// Whole numbers that every JSON client reads as they are: those a double holds exactly (RFC 8259, section 6).
inline constexpr std::int64_t safe_integer_max = (std::int64_t{1} << 53) - 1;

inline constexpr std::size_t json_depth_max = 16;              ///< objects and arrays inside each other
inline constexpr std::size_t json_members_max = 64;            ///< per object
inline constexpr std::size_t string_bytes_max = 4 * 1024;      ///< per text in JSON whose member has no narrower bound
inline constexpr std::size_t idempotency_key_bytes_max = 255;  ///< printable ASCII characters

inline constexpr std::size_t order_lines_max = 100;      ///< as asked for, before those of one sku are merged
inline constexpr std::int64_t quantity_max = 1'000'000;  ///< pieces in one line or movement
inline constexpr std::int64_t stock_count_max = 1'000'000'000'000;      ///< pieces of one sku at one location
inline constexpr std::int64_t money_amount_max = safe_integer_max;      ///< in minor units, either side of 0
inline constexpr std::size_t locations_per_sku_max = 64;                ///< with a stock row
inline constexpr std::size_t reason_characters_max = 200;               ///< of an adjustment
inline constexpr std::size_t product_name_characters_max = 200;         ///< Unicode code points
inline constexpr std::size_t product_description_bytes_max = 4 * 1024;  ///< UTF-8
inline constexpr std::size_t product_tags_max = 64;                     ///< per product
inline constexpr std::size_t product_attributes_max = 64;               ///< per product
/// Code points of a tag, a group, the name of an attribute or option.
inline constexpr std::size_t product_word_characters_max = 64;
inline constexpr std::size_t product_attribute_bytes_max = 1'024;  ///< of the value of an attribute or option

inline constexpr std::size_t customer_id_bytes_max = 128;    ///< UTF-8
inline constexpr std::size_t customer_name_bytes_max = 254;  ///< UTF-8
inline constexpr std::size_t mail_address_bytes_max =
    254;  ///< RFC 5321, 4.5.3.1.3: a path of 256 with its angle brackets
inline constexpr std::size_t mail_local_part_bytes_max = 64;      ///< RFC 5321, 4.5.3.1.1
inline constexpr std::size_t language_tag_bytes_max = 35;         ///< RFC 5646, 4.4.1
inline constexpr std::size_t order_metadata_max = 64;             ///< members per order
inline constexpr std::size_t order_metadata_name_bytes_max = 64;  ///< UTF-8
inline constexpr std::size_t order_note_bytes_max = 500;          ///< UTF-8, so that an event stays small
inline constexpr std::size_t order_tracking_bytes_max = 100;      ///< UTF-8

inline constexpr std::size_t event_type_bytes_max = 100;                ///< `shop.order.confirmed.v1`
inline constexpr std::size_t webhook_endpoints_max = 1'000;             ///< of one shop
inline constexpr std::size_t webhook_event_filters_max = 64;            ///< per endpoint
inline constexpr std::size_t webhook_description_characters_max = 200;  ///< Unicode code points
inline constexpr std::int64_t webhook_overlap_hours_max = 168;          ///< that two secrets sign

inline constexpr std::size_t page_items_max = 100;     ///< per page of a list
inline constexpr std::size_t page_items_default = 20;  ///< when a caller names none
inline constexpr std::size_t search_step_products =
    1'000;  ///< that a search looks at before other reads have their turn
inline constexpr std::chrono::milliseconds search_time_max =
    1s;                                                   ///< then it answers what it found, and goes on when asked
inline constexpr std::size_t searches_at_once_max = 2;    ///< of one product store; more wait
inline constexpr std::size_t searches_waiting_max = 256;  ///< more are `overloaded`
inline constexpr std::size_t events_read_max = 256;       ///< steps of orders that one read of a stream tells
inline constexpr std::size_t watched_skus_max = 100;      ///< in one stream of availability
inline constexpr std::size_t import_items_max = 10'000;   ///< per request
inline constexpr std::size_t batch_items_max = 1'024;     ///< commands per commit
inline constexpr std::size_t queue_items_max = 65'536;    ///< commands that wait in one batcher; more are `overloaded`
inline constexpr std::size_t open_operations_max = 10'000;  ///< orders under way; more placings are `overloaded`

inline constexpr std::chrono::milliseconds away_pace = 50ms;  ///< of looks at a store or a service that does not answer
inline constexpr unsigned transact_attempts_max = 8;  ///< of one batch that conflicts with others; then it is refused
/// That a batch whose commit is unknown is sent again; then `outcome_unknown`.
inline constexpr std::chrono::milliseconds unknown_commit_max = 2500ms;
inline constexpr unsigned recovery_attempts_reported = 20;              ///< after these an operator is told
inline constexpr std::chrono::milliseconds recovery_backoff_max = 60s;  ///< between two attempts at one operation
/// That an operation is left to its own caller, in a store that is shared.
inline constexpr std::chrono::milliseconds recovery_grace = 2s;

/// Between two pages of orders that are compared with the inventory.
inline constexpr std::chrono::milliseconds reconciliation_pace = 1s;
inline constexpr std::chrono::milliseconds reconciliation_age_min = 60s;  ///< of an order that is compared

inline constexpr std::chrono::milliseconds relay_pace = 100ms;  ///< between two tellings of a busy log, at the least
inline constexpr std::chrono::milliseconds lease_beat = 500ms;  ///< between signs of life of a holder
inline constexpr std::chrono::milliseconds lease_lapse = 2s;  ///< without a sign of life; then another takes the lease

inline constexpr std::size_t recipients_per_event_max = 1'000;  ///< over one channel
/// Lanes of deliveries that wait for their turn in memory; the others are found in the store.
inline constexpr std::size_t delivery_lanes_waiting_max = 4'096;
inline constexpr std::size_t delivery_lane_page = 32;                ///< deliveries of one lane that are in memory
inline constexpr std::size_t delivery_attempts_kept = 100;           ///< of one delivery, the last ones
inline constexpr std::size_t delivery_detail_bytes_max = 200;        ///< of what a channel says of a failure
inline constexpr std::chrono::milliseconds delivery_scan_pace = 1s;  ///< of looks for what is due
inline constexpr std::chrono::hours retry_after_max = 24h;           ///< that a recipient may ask to be left alone
inline constexpr std::size_t muted_max = 64;  ///< pairs of event and channel that a customer mutes

inline constexpr std::chrono::hours idempotency_retention_min = 24h;  ///< the least that may be promised

static_assert(lease_lapse >= 3 * lease_beat, "a beat may come late without costing the lease");
static_assert(stock_count_max * static_cast<std::int64_t>(locations_per_sku_max) <= safe_integer_max,
              "the sum over all locations is a safe integer, too");
static_assert(quantity_max * static_cast<std::int64_t>(order_lines_max) <= safe_integer_max);
static_assert(order_metadata_max <= json_members_max);
static_assert(page_items_default <= page_items_max);

}  // namespace shop::limits
