#pragma once

#include <string_view>

namespace shop {

/// Whether a text is a well-formed language tag of BCP 47 (RFC 5646, sections 2.1 and 2.2.9), such as `de`, `de-AT`,
/// `zh-Hant-TW`, `sl-rozaj-biske` or `x-till`. Whether its subtags are registered is not asked. POSIX names
/// (`de_AT.UTF-8`) are no tags.
bool is_language_tag(std::string_view text);

}  // namespace shop
