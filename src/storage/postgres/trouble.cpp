#include "trouble.hpp"

namespace shop::postgres {

fault fault_of(std::string_view state) {
    auto const is = [&](std::string_view whole_or_class) { return state.starts_with(whole_or_class); };
    // A guarded statement that did not meet the rows it expected divides by zero: see statements.hpp.
    if (is("23505") || is("23P01") || is("22012")) return fault::conflict;
    if (is("42710") || is("42P07")) return fault::conflict;  // two that create the same table at the same time
    if (is("40003") || is("08")) return fault::lost;         // completion unknown: as if the connection had gone
    if (is("40")) return fault::contended;
    if (is("57P")) return fault::lost;                                  // shut down
    if (is("25P03")) return fault::lost;                                // stood still in a transaction
    if (is("25006") || is("0A000") || is("2201F")) return fault::lost;  // a standby: see statements.hpp
    if (is("26000") || is("42P05")) return fault::lost;                 // a session that is mixed with others
    if (is("22") || is("23") || is("54")) return fault::refused;
    if (is("XX001") || is("XX002")) return fault::corrupt;
    return fault::unavailable;
}

std::string message_of(std::string_view state, std::string_view message) {
    if (state.starts_with("22")) message = message.substr(0, message.find_first_of(":\""));
    if (state == "42P05" || state == "26000") {
        return std::string(message)
            .append(": sessions are mixed, or prepared statements outlive them")
            .append(which_pooler);
    }
    if (state == "2201F") return "a standby answered what is to be decided on";
    return std::string(message);
}

trouble not_connected(std::string const& why) {
    // Only its text tells this refusal of PgBouncer from others.
    if (why.find("unsupported startup parameter") != why.npos) {
        return {fault::misconfigured,
                "a pooler refuses the settings that a session starts with" + std::string(which_pooler)};
    }
    return {fault::lost, why};
}

}  // namespace shop::postgres
