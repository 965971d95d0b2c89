#pragma once

#include <string>

#include <shop/records/record.hpp>

namespace shop::events {

/// How far one subscriber has been told of a log. It stands in the store of the log, so that a subscriber that is down
/// delays nobody else. `Log` is the log's record type.
template <class Log>
struct cursor_record {
    static constexpr std::string_view table = Log::cursor_table;
    static constexpr auto key() { return std::tuple{&cursor_record::subscriber}; }
    static constexpr std::size_t load_key_size = 1;

    std::string subscriber;  ///< one record for each
    std::uint64_t revision = 0;
    std::uint64_t acknowledged_position = 0;  ///< every record up to this position has been taken in by the subscriber

    static constexpr auto fields() {
        using t = cursor_record;
        return std::tuple{required("subscriber", &t::subscriber), required("revision", &t::revision),
                          required("told", &t::acknowledged_position)};
    }
    friend bool operator==(cursor_record const&, cursor_record const&) = default;
};

}  // namespace shop::events
