#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace shop::http::test {

/// An answer as it came over the wire.
struct raw_answer {
    int status = 0;  ///< 0: none came
    std::string head;
    std::string body;

    /// The value of a field, empty without one.
    std::string field(std::string_view name) const;
};

/// A client that sends exactly the bytes it is told to, over a blocking socket. Waits at most 20 s for anything.
class raw_client {
public:
    explicit raw_client(std::uint16_t port, int receive_buffer_bytes = 0);
    virtual ~raw_client();
    raw_client(raw_client const&) = delete;
    raw_client& operator=(raw_client const&) = delete;

    /// @return whether all of it was taken.
    bool send(std::string_view bytes);
    /// Says that nothing more will come.
    void finish();
    /// Reads one answer. @param to_head whether it answers a HEAD and has no body.
    raw_answer receive(bool to_head = false);
    /// Waits up to a millisecond for something to read, or the end.
    bool has_answer();
    /// Waits for bytes. @return all that are there; empty at the end.
    std::string receive_some();
    /// Reads until the other end closes. @return all that came.
    std::string receive_all();
    /// Waits for the end of the connection. @return whether it was reset rather than closed.
    bool was_reset();

protected:
    /// What the bytes go through. @return as of the calls of the system.
    virtual std::ptrdiff_t put(std::string_view bytes);
    virtual std::ptrdiff_t take(char* to, std::size_t most);

private:
    bool read_more();

    int socket_;
    int error_ = 0;
    std::string pending_;
};

}  // namespace shop::http::test
