#pragma once

#include <cstdint>
#include <mutex>

#include <shop/core/uuid.hpp>

namespace shop::testing {

/// Version 7 ids that a seed determines: the same draws give the same ids. They sort in the order they were drawn, as
/// long as the time given does not run backwards.
/// @par Thread safety
/// Shared objects: safe; the order of draws decides what is drawn.
class seeded_ids final : public id_source {
public:
    explicit seeded_ids(std::uint64_t seed = 1) : state_(seed) {}  ///< equal seeds draw equal ids
    uuid next(timestamp now) override;

private:
    std::mutex mutex_;
    std::uint64_t state_;
    std::uint32_t drawn_ = 0;
};

}  // namespace shop::testing
