#pragma once

#include <memory>

#include <shop/async/service_context.hpp>
#include <shop/core/result.hpp>
#include <shop/notifications/channel.hpp>

#include "channels/mail/mailer.hpp"

namespace shop_server {

struct settings;

/// The channel `email`: to customers, at the address of their order, and to who runs the shop, at `mail-reply-to` or
/// else `mail-from`.
///
/// A delivery's id makes the `Message-ID`, equal over all tries. Whoever wants no more mail writes to the address of
/// `List-Unsubscribe`, which is where replies go.
/// @param with `smtp` is set
/// @par Errors of `send`
/// `invalid_value`, final: no mail can be sent to the address, or the server refuses for good. `unavailable`: it
/// refuses for now, or the mail was not sent. `outcome_unknown`: it was handed over and nothing was answered.
std::shared_ptr<shop::notifications::channel> mail_channel(settings const& with, mailer_options options,
                                                           shop::service_context context);

/// With the options of the settings.
/// @par Errors
/// `invalid_value` without `smtp`, and those of `mailer_options_of`.
shop::result<std::shared_ptr<shop::notifications::channel>> mail_channel(settings const& with,
                                                                         shop::service_context context);

}  // namespace shop_server
