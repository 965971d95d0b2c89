#pragma once

#include <string>
#include <string_view>

#include <shop/events/event.hpp>

namespace shop::events {

/// The media type of what `to_cloud_event` makes: one event in structured mode.
inline constexpr std::string_view cloud_event_media_type = "application/cloudevents+json";

/// What names an event among those of all stores for ever: the same text each time it is told.
std::string cloud_event_id(event const& told);

/// An event in the JSON format of CloudEvents 1.0. `id` is always there, `source` is the URN of the store, `time` is in
/// UTC with three decimals and a `Z`, and `sequence` is a text of 19 digits, so that it sorts as it should
/// (CloudEvents, extension `sequence`).
/// @pre its sequence is less than 10^19.
std::string to_cloud_event(event const& told);

}  // namespace shop::events
