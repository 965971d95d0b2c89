#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace shop::memory {

using slot = std::uint32_t;

/// Values that stay where they are while others are added: in chunks, addressed by number.
/// @par Thread safety
/// Shared objects: unsafe.
template <class T>
class slab {
    static constexpr std::size_t chunk_values = 256;

public:
    std::size_t size() const { return size_; }
    T& operator[](std::size_t at) { return chunks_[at / chunk_values][at % chunk_values]; }
    T const& operator[](std::size_t at) const { return chunks_[at / chunk_values][at % chunk_values]; }

    void push_back(T value) {
        if (size_ == chunks_.size() * chunk_values) {
            chunks_.emplace_back();
            chunks_.back().reserve(chunk_values);  // so that it never moves what it holds
        }
        chunks_[size_ / chunk_values].push_back(std::move(value));
        ++size_;
    }
    void pop_back() {
        assert(size_ > 0);
        chunks_[--size_ / chunk_values].pop_back();
        if (size_ % chunk_values == 0) chunks_.pop_back();
    }

private:
    std::vector<std::vector<T>> chunks_;
    std::size_t size_ = 0;
};

}  // namespace shop::memory
