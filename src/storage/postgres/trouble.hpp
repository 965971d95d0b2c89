#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace shop::postgres {

/// Why a statement failed, as far as it matters what to do next.
enum class fault {
    conflict,       ///< a unique key is taken, or a revision is not the expected one: run again on fresh records
    contended,      ///< serialization failure or deadlock: run again, after a pause
    lost,           ///< the connection is gone or cannot be trusted, and with it all that was not committed
    in_doubt,       ///< the connection went during the commit: it may have happened
    unavailable,    ///< no room, no time, read-only: nothing was written, it may work later
    refused,        ///< the batch alone is at fault: a CHECK failed, or a value is none of its type
    unsuitable,     ///< the server or its schema is not what this library works on
    misconfigured,  ///< what stands between needs to be told of: a setting mends it
    corrupt,        ///< the database, or a row in it, is damaged: nothing may be answered from it
};

/// Thrown by whatever speaks to the server; what it says is for the operator, never for a client.
class trouble : public std::runtime_error {
public:
    /// @param state the SQLSTATE, where the server gave one; `misfit` for an answer that fits no question
    trouble(fault why, std::string const& what, std::string state = {})
        : std::runtime_error(what), why_(why), state_(std::move(state)) {}
    fault why() const { return why_; }
    std::string const& state() const { return state_; }

private:
    fault why_;
    std::string state_;
};

/// What follows from the SQLSTATE that the server gave.
fault fault_of(std::string_view state);

/// What the server says, without the values that it may repeat: those of class 22 do.
std::string message_of(std::string_view state, std::string_view message);

/// Why there is no connection, by what the driver says.
trouble not_connected(std::string const& why);

inline constexpr std::string_view which_pooler =
    ": set database-pooler to the pool_mode of the pooler before the database: transaction, or session";

/// An answer that is not its statement's: a pooler mixed up sessions, or something between tampers. Nothing of it may
/// be used, and nothing of what follows on that connection.
inline trouble misfit(std::string_view expected, std::string_view came) {
    return {fault::lost, std::string("expected ").append(expected).append(", but ").append(came).append(" came"),
            "misfit"};
}

}  // namespace shop::postgres
