#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <shop/storage/postgres.hpp>

/// The one place that speaks to PostgreSQL, through libpqxx. Nothing outside this folder includes it, and inside it only
/// connection.cpp does.
namespace shop::postgres {

/// Why a statement failed, as far as it matters what to do next.
enum class fault {
    conflict,     ///< a unique key is taken, or a revision is not the expected one: run again on fresh records
    contended,    ///< serialization failure or deadlock: run again, after a pause
    lost,         ///< the connection is gone, and with it all that was not committed
    in_doubt,     ///< the connection went during the commit: it may have happened
    unavailable,  ///< no room, no time, read-only: nothing was written, it may work later
    refused,      ///< the batch alone is at fault: a CHECK failed, or a value is none of its type
    unsuitable,   ///< the server or its schema is not what this library works on
    corrupt,      ///< the database, or a row in it, is damaged: nothing may be answered from it
};

/// Thrown by whatever speaks to the server; what it says is for the operator, never for a client.
class trouble : public std::runtime_error {
public:
    trouble(fault why, std::string const& what) : std::runtime_error(what), why_(why) {}
    fault why() const { return why_; }

private:
    fault why_;
};

/// The rows that a statement returned. Cheap to move; the fields live as long as it.
class rows {
public:
    rows() = default;
    rows(std::shared_ptr<void const> owner, std::vector<char const*> fields, std::vector<std::uint32_t> sizes,
         std::size_t columns, std::size_t affected)
        : owner_(std::move(owner)),
          fields_(std::move(fields)),
          sizes_(std::move(sizes)),
          columns_(columns),
          affected_(affected) {}

    std::size_t size() const { return columns_ == 0 ? 0 : fields_.size() / columns_; }
    /// How many rows were written.
    std::size_t affected() const { return affected_; }
    bool is_null(std::size_t row, std::size_t column) const { return fields_[row * columns_ + column] == nullptr; }
    std::string_view text(std::size_t row, std::size_t column) const {
        auto const at = row * columns_ + column;
        return {fields_[at], sizes_[at]};
    }

private:
    std::shared_ptr<void const> owner_;
    std::vector<char const*> fields_;
    std::vector<std::uint32_t> sizes_;
    std::size_t columns_ = 0;
    std::size_t affected_ = 0;
};

/// How to reach a database, with the settings of the shop.
/// @throws trouble if `url` is no connection string; the message names what is wrong in it, not the password.
std::string connect_string(std::string const& url, storage::postgres_options const& options);

/// One connection. Gone for good when the server closes it: settings and prepared statements went with it.
/// @par Thread safety
/// Unsafe: one thread at a time.
class connection {
public:
    /// @throws trouble
    connection(std::string const& connect_string, storage::postgres_options const& options);
    ~connection();
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;

    /// Runs SQL without parameters.
    /// @throws trouble
    rows execute(std::string const& sql);
    /// Runs a statement on arrays in their binary form. It is prepared once per connection, unless the options say
    /// otherwise.
    /// @param sql lives as long as the program, and is known by its address.
    /// @throws trouble
    rows run(std::string const& sql, std::vector<std::string> const& arrays);
    /// Runs a statement on single values, as text.
    /// @throws trouble
    rows run(std::string const& sql, std::vector<std::optional<std::string>> const& values);

    /// Begins a transaction that writes. Reads see what is committed, rows that it locks stay as they are read.
    void begin_writing();
    /// Begins a transaction that reads one snapshot.
    void begin_reading();
    /// @throws trouble `in_doubt` if the connection goes meanwhile
    void commit();
    /// Takes back what is not committed. Leaves the connection unusable when that fails.
    void roll_back() noexcept;

    bool is_usable() const;

private:
    struct driver;

    std::string const& name_of(std::string const& sql);
    template <class Work>
    rows guarded(Work work);

    std::unique_ptr<driver> driver_;
    storage::postgres_options const& options_;
    std::string local_settings_;
    std::unordered_map<std::string const*, std::string> prepared_;
    bool in_transaction_ = false;
    bool usable_ = true;
};

/// Rolls back at the end of its scope, unless it was committed.
class transaction {
public:
    enum class kind { writing, reading };
    transaction(connection& on, kind what) : on_(&on) {
        what == kind::writing ? on.begin_writing() : on.begin_reading();
    }
    ~transaction() {
        if (on_) on_->roll_back();
    }
    transaction(transaction const&) = delete;
    transaction& operator=(transaction const&) = delete;

    void commit() {
        on_->commit();
        on_ = nullptr;
    }

private:
    connection* on_;
};

}  // namespace shop::postgres
