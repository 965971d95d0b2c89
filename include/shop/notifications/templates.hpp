#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <shop/core/result.hpp>
#include <shop/notifications/channel.hpp>
#include <shop/notifications/order_facts.hpp>

namespace shop::notifications {

/// What messages say: a template for each type of event, channel and locale, in the language Mustache.
///
/// They are looked for by locale, then its shorter forms (`de-AT`, `de`), then `en`; of each first the one of the
/// channel. In HTML what is filled in is escaped, elsewhere not.
/// @par Thread safety
/// Shared objects: unsafe; used from the executor of the service.
class templates {
public:
    virtual ~templates() = default;
    /// @param order null where nothing is known of it
    /// @par Errors
    /// `undeliverable` for a type of event that has no template.
    virtual result<content> render(message const& m, order_summary const* order, std::string_view locale) const = 0;
};

/// The templates that come with the library, in English and German.
std::shared_ptr<templates const> default_templates();

/// The same with those of a folder before them. A file is named `EVENT[.CHANNEL].LOCALE.PART`: the type of event
/// without `shop.` and `.v1`, the name of a channel, a language tag, and `subject`, `txt` or `html`; such as
/// `order.shipped.de.txt`, `order.shipped.email.de-AT.html`.
/// @par Errors
/// `invalid_value`: a template that cannot be read, or that names something that is not known; `detail` says the file,
/// the line and the name.
result<std::shared_ptr<templates const>> templates_from(std::string const& folder);

}  // namespace shop::notifications
