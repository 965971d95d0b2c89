#include <shop/http/detail/body_budget.hpp>

#include <algorithm>

#include "message/client_address.hpp"

namespace shop::http::detail {

void body_budget::share::join(body_budget& of, std::string_view account, std::string_view address) {
    give_back();
    of_ = &of;
    if (of.caller_most_ == 0) return;
    if (!account.empty()) join("account " + std::string(account));
    join("address " + caller_network(address));
}

void body_budget::share::join(std::string key) {
    auto const one = of_->callers_.try_emplace(std::move(key)).first;
    ++one->second.shares;
    mine_[count_++] = one;
}

body_budget::shortage body_budget::share::hold(std::size_t bytes) {
    auto const more = bytes - std::min(bytes, bytes_);
    for (std::size_t i = 0; i < count_; ++i) {
        if (mine_[i]->second.bytes + more > of_->caller_most_) return shortage::of_caller;
    }
    if (of_->most_ != 0 && of_->held_ + more > of_->most_) return shortage::of_all;
    for (std::size_t i = 0; i < count_; ++i) mine_[i]->second.bytes += more;
    of_->held_ += more;
    bytes_ += more;
    return shortage::none;
}

void body_budget::share::give_back() {
    for (std::size_t i = 0; i < count_; ++i) {
        mine_[i]->second.bytes -= bytes_;
        if (--mine_[i]->second.shares == 0) of_->callers_.erase(mine_[i]);
    }
    if (of_) of_->held_ -= bytes_;
    of_ = nullptr;
    count_ = bytes_ = 0;
}

}  // namespace shop::http::detail
