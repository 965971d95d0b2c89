#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shop/events/event.hpp>
#include <shop/notifications/service.hpp>
#include <shop/notifications/store.hpp>
#include <shop/notifications/webhook_sender.hpp>
#include <shop/records/working_set.hpp>

/// The rules of webhook endpoints: pure functions of loaded state and a command.
namespace shop::notifications::rules {

/// `create_endpoint` with what was drawn for it.
struct register_endpoint {
    create_endpoint command;    ///< what the caller asked for
    endpoint_id id;             ///< follows from who asks and their key
    shop::fingerprint asked{};  ///< of the command
    std::string secret;         ///< used if it is new
};
/// `rotate_secret` with what was drawn for it.
struct replace_secret {
    rotate_secret command;  ///< what the caller asked for
    std::string drawn_for;  ///< follows from who asks and their key
    std::string secret;     ///< used if it was not asked for before
};
/// What became of a message to an endpoint.
struct note_outcome {
    endpoint_id id;                          ///< of the endpoint
    std::optional<webhook_failure> failure;  ///< nothing: it arrived
    std::chrono::hours failing_max{};        ///< as `webhook_options::failing_max`
};

/// The id of an endpoint that an account creates under a key: equal for a repeat.
endpoint_id endpoint_id_of(std::string_view account, std::string_view key);

/// Whether an endpoint wants events of a type, by its filter alone.
bool wants(endpoint_record const& endpoint, std::string_view event_type);

/// The secrets that sign now: one, or two within the time after a rotation.
std::vector<std::string> signing_secrets(endpoint_record const& endpoint, timestamp now);

/// What a note of an outcome would do.
enum class endpoint_effect { nothing, changes, disables };
/// As `decide` would, of an endpoint as it is.
endpoint_effect effect_of(endpoint_record const& endpoint, note_outcome const& outcome, timestamp now);
/// Why `effect_of` disables. @pre it does
disabled_reason reason_of(note_outcome const& outcome);

/// What the shop is told when an endpoint is disabled.
/// @param endpoint as it was before
events::event disabled_event(store_epoch source, endpoint_record const& endpoint, disabled_reason why, timestamp now);

/// What a receiver is sent to try it.
events::event test_event(store_epoch source, endpoint_record const& endpoint, timestamp now);

/// As callers see it, without its secret.
webhook_endpoint view(endpoint_record const& record);

void want(key_set<store_schema>& wanted, register_endpoint const& command);
void want(key_set<store_schema>& wanted, change_endpoint const& command);
void want(key_set<store_schema>& wanted, remove_endpoint const& command);
void want(key_set<store_schema>& wanted, replace_secret const& command);
void want(key_set<store_schema>& wanted, note_outcome const& command);

/// A repeat is answered as the first was, as long as the endpoint was not changed.
/// @par Errors
/// `invalid_value`; `idempotency_key_reused` by another command.
result<webhook_endpoint> decide(working_set<store_schema>& state, register_endpoint const& command, attempt const& now);
/// @par Errors
/// `not_found`, `version_mismatch`, `invalid_value`.
result<webhook_endpoint> decide(working_set<store_schema>& state, change_endpoint const& command, attempt const& now);
/// Done when there is none.
result<webhook_endpoint> decide(working_set<store_schema>& state, remove_endpoint const& command, attempt const& now);
/// @par Errors
/// `not_found`, `invalid_value`.
result<webhook_endpoint> decide(working_set<store_schema>& state, replace_secret const& command, attempt const& now);
/// @par Errors
/// `not_found`.
result<webhook_endpoint> decide(working_set<store_schema>& state, note_outcome const& command, attempt const& now);

}  // namespace shop::notifications::rules
