#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include <shop/storage/storage.hpp>

/// How schemas change, whatever the database: in steps that are only ever added. A step is taken in a transaction of
/// its own, which also counts it; whoever is killed leaves the steps before.
///
/// A step that only adds (columns with defaults, tables, indexes) leaves programs of the version before working:
/// expand. A step that takes away what they used says from which version on a program does without it: contract. So a
/// release can be rolled out instance by instance: its expanding steps first, its contracting ones with a later
/// release.
namespace shop::storage {

struct migration {
    char const* sql;
    /// The least version that a program must know to work after this step; 0 for a step that only adds.
    std::size_t needs = 0;
};

/// Why a program must not touch such a schema: it is newer in a way that the program does not know.
inline std::optional<std::string> refuse_newer(schema_state const& found) {
    if (found.needs <= found.newest) return std::nullopt;
    return "its schema is version " + std::to_string(found.version) + " and needs a program that knows version " +
           std::to_string(found.needs) + ", newer than this program knows (" + std::to_string(found.newest) + ")";
}

/// What the schema needs after a step.
inline std::size_t needs_after(std::span<migration const> steps, std::size_t step, std::size_t before) {
    return std::max(before, steps[step].needs);
}

}  // namespace shop::storage
