#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every bound of the product, in one place. The edge tests walk each of them.
namespace shop::limits {

using namespace std::chrono_literals;

/// Request line and header fields together; more is 431.
inline constexpr std::size_t request_head_bytes_max = 16 * 1024;
inline constexpr std::size_t header_fields_max = 100;                  ///< per request; more is 431
inline constexpr std::size_t target_bytes_max = 4 * 1024;              ///< of the request line; more is 414
inline constexpr std::size_t body_bytes_max = 256 * 1024;              ///< of any request but an import; more is 413
inline constexpr std::size_t import_body_bytes_max = 8 * 1024 * 1024;  ///< of an import; more is 413
inline constexpr std::size_t read_buffer_bytes_max = 32 * 1024;        ///< per connection
inline constexpr std::size_t connections_max = 10'000;                 ///< open at once, of one server

inline constexpr std::chrono::milliseconds head_read_max = 5s;   ///< for a whole head, from its first byte on
inline constexpr std::chrono::milliseconds body_read_max = 10s;  ///< for a whole body
inline constexpr std::chrono::milliseconds write_max = 10s;      ///< for a whole answer
inline constexpr std::chrono::milliseconds idle_max = 130s;      ///< between two requests of a connection
inline constexpr std::chrono::milliseconds linger_max = 30s;     ///< for the rest of a request that was refused early
/// Of a lingering connection from which nothing comes.
inline constexpr std::chrono::milliseconds linger_silence_max = 2s;
/// Read and thrown away of a refused request.
inline constexpr std::size_t linger_bytes_max = 2 * import_body_bytes_max;
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
inline constexpr std::size_t product_word_characters_max = 64;  // a tag, a group, the name of an attribute or option
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

inline constexpr std::size_t page_items_max = 100;     ///< per page of a list
inline constexpr std::size_t page_items_default = 20;  ///< when a caller names none
inline constexpr std::size_t search_step_products = 1'000;  ///< that a search looks at before other reads have their turn
inline constexpr std::chrono::milliseconds search_time_max = 1s;  ///< then it answers what it found, and goes on when asked
inline constexpr std::size_t searches_at_once_max = 2;    ///< of one product store; more wait
inline constexpr std::size_t searches_waiting_max = 256;  ///< more are `overloaded`
inline constexpr std::size_t import_items_max = 10'000;   ///< per request
inline constexpr std::size_t batch_items_max = 1'024;     ///< commands per commit
inline constexpr std::size_t queue_items_max = 65'536;    ///< commands that wait in one batcher; more are `overloaded`
inline constexpr std::size_t open_operations_max = 10'000;  ///< orders under way; more placings are `overloaded`

inline constexpr std::chrono::milliseconds away_pace = 50ms;  ///< of looks at a store or a service that does not answer
inline constexpr unsigned transact_attempts_max = 8;  ///< of one batch whose commit is unknown; then `outcome_unknown`
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

inline constexpr std::size_t event_body_bytes_max = 200;  ///< per event, in the write budget
/// How long a key is remembered, at the least.
inline constexpr std::chrono::hours idempotency_retention_default = 30 * 24h;
inline constexpr std::chrono::hours idempotency_retention_min = 24h;  ///< the least that may be promised

static_assert(read_buffer_bytes_max >= request_head_bytes_max, "a whole head fits into the read buffer");
static_assert(target_bytes_max < request_head_bytes_max);
static_assert(linger_silence_max < linger_max && linger_max < idle_max);
static_assert(idle_max > 120s, "proxies keep connections for 60 to 120 s: who closes first must be they");
static_assert(lease_lapse >= 3 * lease_beat, "a beat may come late without costing the lease");
static_assert(stock_count_max * static_cast<std::int64_t>(locations_per_sku_max) <= safe_integer_max,
              "the sum over all locations is a safe integer, too");
static_assert(quantity_max * static_cast<std::int64_t>(order_lines_max) <= safe_integer_max);
static_assert(order_metadata_max <= json_members_max);
static_assert(page_items_default <= page_items_max);
static_assert(idempotency_retention_default >= idempotency_retention_min);

}  // namespace shop::limits
