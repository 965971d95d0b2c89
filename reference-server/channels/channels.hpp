#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <shop/async/service_context.hpp>
#include <shop/core/result.hpp>
#include <shop/notifications/channel.hpp>

namespace shop_server {

struct settings;

/// Whether the server has a channel of this name.
bool has_channel(std::string_view name);
/// `log, email`
std::string channel_names();

/// Makes the channels that the setting `channels` names: the one place where the server learns another.
/// @par Errors
/// `invalid_value` for a setting of a channel that does not hold, with its name in front.
shop::result<std::vector<std::shared_ptr<shop::notifications::channel>>> make_channels(settings const& with,
                                                                                       shop::service_context context);

}  // namespace shop_server
