#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shop/core/result.hpp>

#include "channels/mail/mailer.hpp"

namespace shop_server {

struct settings;

/// What sets the rows of the settings table about mail; as `setting::set`.
std::optional<std::string_view> set_smtp(settings& of, std::string_view text);
std::optional<std::string_view> set_smtp_tls(settings& of, std::string_view text);
std::optional<std::string_view> set_mail_from(settings& of, std::string_view text);
std::optional<std::string_view> set_mail_reply_to(settings& of, std::string_view text);
std::optional<std::string_view> set_mail_envelope_from(settings& of, std::string_view text);

/// What the settings about mail lack together; each names its key.
std::vector<std::string> refuse_mail_settings(settings const& with);

/// How mail leaves, with the password from its file. @pre nothing of it is refused, and `smtp` is set
/// @par Errors
/// Those of `read_guarded_file`, with the name of the setting in front.
shop::result<mailer_options> mailer_options_of(settings const& with);

}  // namespace shop_server
