#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

#include <boost/asio/buffer.hpp>

namespace shop::http::detail {

/// What a connection has read and not used yet. Small while idle, grows up to a bound.
class read_buffer {
public:
    static constexpr std::size_t small_bytes = 4 * 1024;

    std::string_view view() const { return {memory_.get() + begin_, end_ - begin_}; }
    bool empty() const { return begin_ == end_; }

    /// Makes room for at least one more byte, unless `most` bytes are held already. Moves what is held.
    bool make_room(std::size_t most) {
        auto const held = end_ - begin_;
        if (begin_ > 0 && capacity_ - end_ < capacity_ / 2) {
            std::memmove(memory_.get(), memory_.get() + begin_, held);
            begin_ = 0;
            end_ = held;
        }
        if (end_ < capacity_) return true;
        if (held >= most) return false;
        move_to(std::clamp(capacity_ * 2, small_bytes, std::max(most, small_bytes)));
        return true;
    }

    boost::asio::mutable_buffer room() { return {memory_.get() + end_, capacity_ - end_}; }
    void commit(std::size_t bytes) { end_ += bytes; }

    /// Forgets the first bytes. What is left moves only with the next `make_room` or `append`.
    void consume(std::size_t bytes) {
        begin_ += bytes;
        if (begin_ != end_) return;
        begin_ = end_ = 0;
        if (capacity_ > small_bytes) {
            memory_.reset();
            capacity_ = 0;
        }
    }

    void append(std::string_view bytes) {
        auto const held = end_ - begin_;
        if (capacity_ - end_ < bytes.size()) move_to(std::max(held + bytes.size(), small_bytes));
        std::memcpy(memory_.get() + end_, bytes.data(), bytes.size());
        end_ += bytes.size();
    }

private:
    void move_to(std::size_t capacity) {
        auto const held = end_ - begin_;
        std::unique_ptr<char[]> memory(new char[capacity]);
        if (held > 0) std::memcpy(memory.get(), memory_.get() + begin_, held);
        memory_ = std::move(memory);
        capacity_ = capacity;
        begin_ = 0;
        end_ = held;
    }

    std::unique_ptr<char[]> memory_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace shop::http::detail
