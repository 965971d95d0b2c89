#pragma once

#include <chrono>
#include <memory>

namespace shop::postgres {

/// Cuts a connection whose server is silent for too long, for a driver that would wait for ever. One thread looks after
/// all of them.
/// @par Thread safety
/// Distinct objects: safe.
class watchdog {
public:
    /// @param socket of the connection; it stays open for as long as this lives
    explicit watchdog(int socket);
    ~watchdog();
    watchdog(watchdog const&) = delete;
    watchdog& operator=(watchdog const&) = delete;

    /// Begins to watch: from here on the server may be silent for so long. 0: for ever.
    void start(std::chrono::milliseconds longest);
    /// Ends it.
    /// @return whether the connection was cut meanwhile
    bool stop();

private:
    class looker;

    std::shared_ptr<looker> looker_;
    int socket_;
    std::chrono::milliseconds left_{};  ///< until it cuts; 0: nothing to watch
    bool is_cut_ = false;
};

}  // namespace shop::postgres
