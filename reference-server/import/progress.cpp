#include "progress.hpp"

#include <algorithm>
#include <string>

namespace shop_server {

void progress_bar::show(std::uint64_t bytes_read, import_counts const& counts) {
    if (!is_terminal_) return;
    constexpr std::size_t width = 40;
    auto const percent = bytes_ == 0 ? 100 : std::min<std::uint64_t>(100, bytes_read * 100 / bytes_);
    auto const filled = width * percent / 100;
    to_ << "\r[" << std::string(filled, '#') << std::string(width - filled, ' ') << "] " << percent << " %  "
        << counts.rows << " rows";
    if (counts.bad > 0) to_ << ", " << counts.bad << " bad";
    to_ << "\x1b[K" << std::flush;
    shown_ = true;
}

void progress_bar::clear() {
    if (!shown_) return;
    to_ << "\r\x1b[K" << std::flush;
    shown_ = false;
}

}  // namespace shop_server
