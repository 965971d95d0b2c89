#pragma once

#include <cstdint>

#include "slab.hpp"

namespace shop::memory {

/// What a service wants to find its records by beside their keys; kept in step by the table, on rollback too. A
/// specialisation for a record type replaces these. `rows` gives a record by its slot (`rows[slot]`).
template <class Record>
struct index_of {
    template <class Rows>
    void added(slot, Record const&, Rows const&) {}
    template <class Rows>
    void replaced(slot, Record const& /*before*/, Record const& /*now*/, Rows const&) {}
    /// The record is still in its slot.
    template <class Rows>
    void removed(slot, Record const&, Rows const&) {}
};

/// The same for a log.
template <class Record>
struct log_index_of {
    /// Whether the record may be appended: what must be unique in a log stands here.
    template <class Log>
    bool admits(Record const&, Log const&) const {
        return true;
    }
    void appended(Record const&) {}
    void removed(Record const&) {}
};

}  // namespace shop::memory
