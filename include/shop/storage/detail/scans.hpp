#pragma once

#include <optional>
#include <vector>

#include <shop/records/record.hpp>

namespace shop::storage::detail {

/// Overrides `record_store::scan` for each record type of a port by one template of the class that derives from this:
/// `scan_table<Record>(after, limit)`.
template <class Derived, class Port, class... Records>
class scans_of : public Port {
public:
    using Port::scan_records;
};
template <class Derived, class Port, class Record, class... Rest>
class scans_of<Derived, Port, Record, Rest...> : public scans_of<Derived, Port, Rest...> {
public:
    using scans_of<Derived, Port, Rest...>::scan_records;
    asio::awaitable<result<std::vector<Record>>> scan_records(std::type_identity<Record>,
                                                              std::optional<key_of<Record>> after,
                                                              std::size_t limit) override {
        return static_cast<Derived&>(*this).template scan_table<Record>(std::move(after), limit);
    }
};

template <class Derived, class Port, class Schema>
struct with_scans;
template <class Derived, class Port, class... Records>
struct with_scans<Derived, Port, schema<Records...>> {
    using type = scans_of<Derived, Port, Records...>;
};

/// @tparam Port a storage port, derived from `record_store<Schema>`
template <class Derived, class Port, class Schema>
using scans = typename with_scans<Derived, Port, Schema>::type;

}  // namespace shop::storage::detail
