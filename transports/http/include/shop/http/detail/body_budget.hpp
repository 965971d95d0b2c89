#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace shop::http::detail {

/// How many bytes of bodies connections may hold: all of them together, and those of one account or of one address.
/// What is counted has come, not what was announced.
/// @par Thread safety
/// Shared objects: unsafe.
class body_budget {
    struct caller {
        std::size_t bytes = 0;
        std::size_t shares = 0;
    };
    using callers = std::map<std::string, caller, std::less<>>;

public:
    /// What stands in the way of holding more.
    enum class shortage { none, of_caller, of_all };

    /// @param most 0 is no bound, as for `caller_most`
    body_budget(std::size_t most, std::size_t caller_most) : most_(most), caller_most_(caller_most) {}

    /// The bytes of one body, given back at the end.
    class share {
    public:
        share() = default;
        ~share() { give_back(); }
        share(share const&) = delete;
        share& operator=(share const&) = delete;

        /// Begins to hold, nothing at first.
        /// @param of outlives this
        /// @param account who sends it; empty if that is not known
        /// @param address from where, as text: one with IPv6 owns at least a /64, so all of it counts as one
        void join(body_budget& of, std::string_view account, std::string_view address);
        /// Holds that many bytes, no fewer than before; or still as many as before, where that is too many.
        shortage hold(std::size_t bytes);
        void give_back();

    private:
        void join(std::string key);

        body_budget* of_ = nullptr;
        std::array<callers::iterator, 2> mine_{};
        std::size_t count_ = 0;  // of those
        std::size_t bytes_ = 0;
    };

    std::size_t held() const { return held_; }
    std::size_t known_callers() const { return callers_.size(); }

private:
    std::size_t most_, caller_most_;
    std::size_t held_ = 0;
    callers callers_;
};

}  // namespace shop::http::detail
