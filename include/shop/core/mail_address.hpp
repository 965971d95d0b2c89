#pragma once

#include <optional>
#include <string_view>

namespace shop {

/// What is wrong with the shape of a mail address, and what is accepted; nothing if it can be written to.
///
/// Accepted is `Dot-string "@" Domain` of RFC 5321 (section 4.1.2): at most `limits::mail_local_part_bytes_max` bytes
/// before the `@`, `limits::mail_address_bytes_max` in all, labels of 1 to 63 letters, digits and hyphens. Both sides
/// may have characters beyond ASCII (RFC 6531). Quoted local parts and address literals are refused: RFC 5321 advises
/// against the first, and nobody orders from the second. Nothing accepted holds a blank, a control character, a comma
/// or an angle bracket: it is safe in a mail command.
std::optional<std::string_view> refuse_mail_address(std::string_view utf8);

}  // namespace shop
