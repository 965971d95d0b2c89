#include "complaints.hpp"

namespace shop::postgres {

namespace {

constexpr auto between_complaints = std::chrono::minutes(1);  ///< of one kind

}  // namespace

void complaints::tell(trouble const& what) {
    if (what.why() == fault::conflict || what.why() == fault::contended) return;
    auto const kind = what.state().empty() ? std::string("none") : what.state();
    auto const now = clock_.now();
    {
        std::lock_guard lock(mutex_);
        auto const [at, is_new] = told_.try_emplace(kind, now);
        if (!is_new && now - at->second < between_complaints) return;
        at->second = now;
    }
    std::string reason = what.what();
    while (!reason.empty() && reason.back() == '\n') reason.pop_back();
    log_.write(severity::warning, std::string(whose_) + " refused or failed",
               {{"sqlstate", kind}, {"reason", std::move(reason)}});
}

}  // namespace shop::postgres
