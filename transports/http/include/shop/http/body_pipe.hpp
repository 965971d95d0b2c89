#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace shop::http {

/// The body of an answer that comes piece by piece: who answers writes, the server sends as the client reads. What is
/// not sent yet is bounded, so that a client that does not read holds up nobody and costs little. The server gives up
/// its reference when nothing is sent any more.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of the server.
class body_pipe {
public:
    /// @param bytes_max that wait to be sent at once
    explicit body_pipe(std::size_t bytes_max) : bytes_max_(bytes_max) {}
    body_pipe(body_pipe const&) = delete;
    body_pipe& operator=(body_pipe const&) = delete;

    /// Adds a part. One that does not fit ends the body behind what was written before.
    /// @return whether it will be sent, if the client reads on
    bool write(std::string_view part) {
        if (ended_) return false;
        if (part.size() > room()) {
            overflowed_ = true;
            end();
            return false;
        }
        unsent_ += part;
        tell(wake_);
        return true;
    }
    /// The body is whole: what was written is sent still, later parts are not.
    void end() {
        if (std::exchange(ended_, true)) return;
        tell(wake_);
    }

    bool is_ended() const { return ended_; }                          ///< By either side.
    bool has_overflowed() const { return overflowed_; }               ///< The client read too slowly.
    std::size_t room() const { return bytes_max_ - unsent_.size(); }  ///< How much may be written now, in bytes.
    /// Is told whenever all that was written has been handed on.
    void on_drained(std::function<void()> tell) { drained_ = std::move(tell); }

    /// For the server: what to send next; it is out of the pipe then.
    std::string take() { return std::exchange(unsent_, {}); }
    bool has_unsent() const { return !unsent_.empty(); }  ///< For the server: whether there is something to send.
    /// For the server: whom to wake when there is something to send, or the end.
    void on_news(std::function<void()> wake) { wake_ = std::move(wake); }
    void drained() { tell(drained_); }  ///< For the server: all was handed on.
    /// For the server: nobody reads any more.
    void close() {
        wake_ = nullptr;
        ended_ = true;
        drained_ = nullptr;
    }

private:
    static void tell(std::function<void()> const& whom) {
        if (whom) whom();
    }

    std::size_t bytes_max_;
    std::string unsent_;
    std::function<void()> wake_, drained_;
    bool ended_ = false;
    bool overflowed_ = false;
};

}  // namespace shop::http
