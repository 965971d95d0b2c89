#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include <shop/core/result.hpp>

namespace shop_server {

/// What the mode of a file must keep others from.
enum class file_secrecy {
    secret,   ///< group and others may neither read nor write it
    trusted,  ///< group and others may read, but not write it
};

/// Reads a file that must not be open to others.
/// @param bytes_max larger files are refused.
/// @return the whole text.
/// @par Errors
/// `not_found`; `invalid_value` for a mode that is too open (says how to mend it), what is no regular file, or is too
/// large; `unavailable` for anything else. The detail never names the path: who calls knows it.
shop::result<std::string> read_guarded_file(std::string const& path, std::size_t bytes_max,
                                            file_secrecy kept = file_secrecy::secret);

/// Replaces a secret file by a changed one, at once and durably: whoever reads it sees the old text or the new one.
/// Those who change files of one folder this way wait for each other, so that no change is lost.
///
/// The new file has mode 0600 and the owner of the old one. A missing file reads as an empty text.
/// @param change makes the new text of the old one, or refuses: then nothing is written.
/// @par Errors
/// Those of `read_guarded_file` and of `change`; `unavailable` if it cannot be written.
shop::result<void> change_secret_file(std::string const& path, std::size_t bytes_max,
                                      std::function<shop::result<std::string>(std::string const& old)> const& change);

}  // namespace shop_server
