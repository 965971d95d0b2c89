#pragma once

#include <memory>

#include <shop/async/service_context.hpp>
#include <shop/core/result.hpp>
#include <shop/notifications/channel.hpp>

namespace shop_server {

struct settings;

/// The channel `email`: tells customers of their orders at the address that the order has.
/// @param with has `smtp` and `mail-from`
/// @par Errors
/// As `mailer_options_of`.
shop::result<std::shared_ptr<shop::notifications::channel>> mail_channel(settings const& with,
                                                                         shop::service_context context);

}  // namespace shop_server
