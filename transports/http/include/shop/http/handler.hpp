#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include <shop/core/call.hpp>
#include <shop/http/limits.hpp>
#include <shop/http/message.hpp>

namespace shop::http {

namespace asio = boost::asio;

/// A place among the requests under way. Its connection keeps it from the head on, until the request is answered or
/// given up.
class taken_place {
public:
    taken_place() = default;
    /// @param counter of the places that are taken; outlives this
    explicit taken_place(std::size_t& counter) : counter_(&counter) { ++counter; }
    /// The other gives back nothing any more.
    taken_place(taken_place&& other) noexcept : counter_(std::exchange(other.counter_, nullptr)) {}
    /// Gives back what it had; the other gives back nothing any more.
    taken_place& operator=(taken_place&& other) noexcept {
        taken_place before(std::move(other));
        std::swap(counter_, before.counter_);
        return *this;
    }
    ~taken_place() { give_back(); }

    /// Once; later calls do nothing.
    void give_back() {
        if (counter_) --*std::exchange(counter_, nullptr);
    }

private:
    std::size_t* counter_ = nullptr;
};

/// What a handler says to a head, before its body is read.
struct admission {
    std::optional<response> answer;                       ///< the final answer already: the body is never read
    std::size_t body_bytes_max = limits::body_bytes_max;  ///< more is refused with 413
    routed_path route;                                    ///< comes back as `request::route`
    std::shared_ptr<shop::principal const> by;            ///< comes back as `request::by`
    std::string trace;  ///< a `traceparent` that names the work on this request; comes back as `request::trace`
    bool undecided =
        false;           ///< judging the head takes time: `admit_later` is asked, before anything of the body is read
    taken_place place;   ///< given back once the request is answered or given up
    std::string fields;  ///< lines of the head that are added to whatever is answered, each with its CR LF
};

/// Answers requests. What it throws becomes a 500 without detail.
/// @par Thread safety
/// Called on the executor of its server only; `handle` runs for many connections at once.
class handler {
public:
    virtual ~handler() = default;

    /// Judges a request by its head: the place to find its route, to refuse a method or a media type, to shed load, and
    /// to bound the body. Must not block.
    virtual admission admit(request const& head) {
        (void)head;
        return {};
    }

    /// Judges a head that `admit` left undecided. No more of the request is read meanwhile, so that whom nobody knows
    /// yet takes no memory for a body; no time limit of the server strikes.
    /// @param head as `admit` saw it, with the route and the trace that it noted; valid until the returned coroutine
    /// ends
    /// @return what counts of it is who asks, the answer, the bound of the body, and fields: they go behind those of
    /// `admit`
    virtual asio::awaitable<admission> admit_later(request const& head) { co_return admit(head); }

    /// Answers a request that was admitted.
    /// @param request valid until the returned coroutine ends.
    virtual asio::awaitable<response> handle(request const& request) = 0;

    /// Is told of each answer before it is sent, refusals of the server included. Must not block.
    virtual void answered(request const& request, response const& answer) {
        (void)request;
        (void)answer;
    }
};

}  // namespace shop::http
