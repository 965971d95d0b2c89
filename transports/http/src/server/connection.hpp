#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <shop/http/detail/body_budget.hpp>
#include <shop/http/detail/chunked.hpp>
#include <shop/http/detail/head.hpp>
#include <shop/http/message.hpp>

#include "message/read_buffer.hpp"
#include "server/byte_stream.hpp"
#include "server/server_state.hpp"

namespace shop::http::detail {

/// One connection: reads requests and writes their answers, one after another. It lives as long as its coroutine.
class connection {
public:
    connection(std::shared_ptr<server_state> server_state, tcp::socket socket, asio::ip::address const& peer);
    ~connection();
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;

    static asio::awaitable<void> run(std::shared_ptr<connection> self);

    std::string const& peer() const { return peer_; }

    /// Ends what takes longer than it may: the waiting operation is cancelled, the coroutine answers or closes.
    void check_time(steady_time now);
    /// The server drains: closes the connection if it waits for a request for `drain_idle_max` more, or at the next
    /// look if it has not come so far yet. Any request that still comes is answered with `Connection: close`.
    void leave_soon(steady_time now);
    /// Whether a request has begun, and is not answered yet.
    bool owes_answer() const;
    /// Ends the connection whatever it does; resets it if it owes an answer.
    void cut();

    std::size_t place = 0;  // in the server_state's list

private:
    enum class phase { handshake, idle, head, body, handling, writing, streaming, lingering };

    asio::awaitable<void> serve();
    asio::awaitable<void> shake_hands();
    asio::awaitable<void> read_body();
    asio::awaitable<void> read_fixed_body();
    asio::awaitable<void> read_chunked_body();
    asio::awaitable<void> write_rest();
    asio::awaitable<void> write_stream();
    asio::awaitable<void> await_part();
    asio::awaitable<void> linger();

    void enter(phase next, steady_time now, std::chrono::milliseconds most);
    void enter_untimed(phase next);
    void await_head();
    void first_bytes(steady_time now);
    void judge();
    asio::awaitable<void> judge_later();
    void take_over(admission said);
    bool may_hold_body(std::size_t bytes);
    void drop_body();
    void find_client();
    bool take_buffered_body();
    void take_decoded(chunk_decoder::state state);
    void refuse(fault const& why);
    void compose();
    bool write_now();
    void frame(std::string part);
    void wake_stream();
    void close_stream();
    void advance(std::size_t written);
    void next_request();

    std::shared_ptr<server_state> server_state_;
    byte_stream stream_;
    std::string peer_;
    bool peer_is_trusted_;
    std::string client_;  // where a trusted peer names another

    phase phase_ = phase::idle;
    steady_time deadline_ = steady_time::max();
    bool expired_ = false;  // the deadline of this phase struck
    bool closing_ = false;  // after this answer
    bool lost_ = false;     // the other end is gone, or must be treated so

    read_buffer input_;
    head_scanner scanner_;
    head head_;
    std::optional<chunk_decoder> decoder_;
    std::size_t used_ = 0;  // of input_, by this request
    bool undecided_ = false;
    std::size_t body_bytes_max_ = 0;
    std::string body_;         // a body that is not whole in input_
    body_budget::share held_;  // of the bytes of bodies, by that one
    taken_place under_way_;
    std::string read_ahead_;  // what came behind a chunked body
    std::array<char, 32> drawn_id_{};
    request request_;
    std::optional<response> answer_;
    std::string admitted_fields_;
    std::string drawn_trace_;
    std::string output_;
    std::array<asio::const_buffer, 2> unsent_{};
    std::size_t ignored_bytes_ = 0;  // that came while a body was streamed
};

}  // namespace shop::http::detail
