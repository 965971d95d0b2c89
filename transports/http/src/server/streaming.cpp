#include "server/connection.hpp"

#include <array>
#include <charconv>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <shop/http/body_pipe.hpp>

// A connection whose answer comes piece by piece.
namespace shop::http::detail {
namespace {

namespace system = boost::system;

constexpr std::size_t ignored_bytes_max = 16 * 1024;  // behind the request whose answer is a stream

}  // namespace

/// Makes a part of a streamed body what is sent next, behind the head if that is not sent yet.
void connection::frame(std::string part) {
    bool const behind_head = unsent_[0].size() > 0;
    if (!behind_head) output_.clear();
    if (head_.http_1_0) {
        output_ += part;
    } else {
        char size[16];
        output_.append(size, std::to_chars(size, size + sizeof size, part.size(), 16).ptr);
        output_.append("\r\n").append(part).append("\r\n");
    }
    unsent_ = {asio::buffer(output_), asio::const_buffer()};
}

/// Sends a body as it is written, until either side ends it or the server drains. What the client leaves unread for
/// longer than an answer may take ends the connection.
asio::awaitable<void> connection::write_stream() {
    auto const pipe = answer_->stream;
    pipe->on_news([this] { wake_stream(); });
    while (!lost_) {
        if (server_state_->draining()) pipe->end();
        if (pipe->has_unsent()) {
            frame(pipe->take());
            if (!write_now()) co_await write_rest();
            continue;
        }
        std::string().swap(output_);  // many wait here for long
        if (pipe->is_ended()) break;
        pipe->drained();
        if (!pipe->has_unsent()) co_await await_part();
    }
    close_stream();
    if (lost_ || head_.http_1_0) co_return;
    output_ = "0\r\n\r\n";
    unsent_ = {asio::buffer(output_), asio::const_buffer()};
    if (!write_now()) co_await write_rest();
}

/// Waits for the next part of a streamed body, or for the client to leave.
asio::awaitable<void> connection::await_part() {
    enter_untimed(phase::streaming);
    system::error_code ec;
    co_await stream_.socket().async_wait(tcp::socket::wait_read, asio::redirect_error(asio::use_awaitable, ec));
    enter_untimed(phase::handling);
    if (ec) co_return;  // woken, or cut
    std::array<char, 512> unwanted;
    auto const bytes = stream_.read_now(asio::buffer(unwanted), ec);
    if (ec && ec != asio::error::would_block && ec != asio::error::try_again) lost_ = true;
    // The connection is closed behind the stream: no request that comes meanwhile is answered.
    if ((ignored_bytes_ += bytes) > ignored_bytes_max) lost_ = true;
}

/// Ends the wait for the next part, if there is one.
void connection::wake_stream() {
    if (phase_ != phase::streaming) return;
    enter_untimed(phase::handling);
    system::error_code ignored;
    stream_.socket().cancel(ignored);
}

void connection::close_stream() {
    if (!answer_ || !answer_->stream) return;
    auto const pipe = std::exchange(answer_->stream, nullptr);
    pipe->close();
}

}  // namespace shop::http::detail
