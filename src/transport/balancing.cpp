#include <shop/transport/balancing.hpp>

#include <algorithm>

#include "balanced_send.hpp"

namespace shop::transport {

/// Of two drawn at random the one with less to do (power of two choices).
balancing_channel::shared::target balancing_channel::shared::less_loaded(std::vector<target> const& of) {
    if (of.empty()) return nullptr;
    auto const first = random.below(of.size());
    if (of.size() == 1) return of[first];
    auto const second = (first + 1 + random.below(of.size() - 1)) % of.size();
    return of[first]->load() <= of[second]->load() ? of[first] : of[second];
}

balancing_channel::shared::target balancing_channel::shared::pick(balanced_instance const* last) {
    std::vector<target> fit;
    for (auto const& one : targets) {
        if (one->may_take()) fit.push_back(one);
    }
    auto const prefer = [&](auto wanted) {
        if (std::ranges::any_of(fit, wanted)) std::erase_if(fit, [&](auto const& one) { return !wanted(one); });
    };
    prefer([](auto const& one) { return one->healthy(); });
    prefer([](auto const& one) { return !one->is_suspect(); });
    prefer([&](auto const& one) { return one.get() != last; });
    return less_loaded(fit);
}

balancing_channel::shared::target balancing_channel::shared::pick_besides(
    std::vector<balanced_instance const*> const& these) {
    std::vector<target> fit;
    for (auto const& one : targets) {
        // A probe is not for what has waited already.
        bool const is_well = !one->is_open() && one->healthy() && !one->is_suspect();
        if (is_well && std::ranges::find(these, one.get()) == these.end()) fit.push_back(one);
    }
    return less_loaded(fit);
}

bool balancing_channel::shared::may_repeat(std::size_t items) {
    if (budget < 1) return false;
    budget -= static_cast<double>(items);
    return true;
}

balancing_channel::balancing_channel(service_context const& context, std::vector<instance> instances,
                                     balancing_options options)
    : shared_(std::make_shared<shared>(context, options)) {
    set_instances(std::move(instances));
}

results<std::string> balancing_channel::send(operation_facts operation, std::vector<outgoing> items) {
    auto const earned = shared_->options.retries_per_item * static_cast<double>(items.size());
    shared_->budget = std::min(shared_->budget + earned, shared_->options.retries_max);
    return balanced_send::run(std::make_shared<balanced_send>(shared_, operation, std::move(items)));
}

void balancing_channel::set_instances(std::vector<instance> instances) {
    std::vector<std::shared_ptr<balanced_instance>> next;
    for (auto& one : instances) {
        auto const known = std::ranges::find(shared_->targets, one.name, [](auto const& t) { return t->name(); });
        next.push_back(known != shared_->targets.end()
                           ? *known
                           : std::make_shared<balanced_instance>(shared_->context, shared_->options, std::move(one)));
    }
    auto const before = std::exchange(shared_->targets, std::move(next));
    for (auto const& one : before) one->tell_senders();
}

void balancing_channel::set_healthy(std::string_view name, bool healthy) {
    for (auto const& one : shared_->targets) {
        if (one->name() == name) one->set_healthy(healthy);
    }
}

bool balancing_channel::is_available() const {
    return std::ranges::any_of(shared_->targets, [](auto const& one) { return one->may_take(); });
}

std::vector<instance_state> balancing_channel::instances() const {
    std::vector<instance_state> out;
    for (auto const& one : shared_->targets) out.push_back(one->state());
    return out;
}

std::uint64_t balancing_channel::retries() const {
    return shared_->retries;
}

std::uint64_t balancing_channel::hedges() const {
    return shared_->hedges;
}

std::size_t balancing_channel::waiting() const {
    std::size_t all = 0;
    for (auto const& one : shared_->targets) all += one->waiting();
    return all;
}

}  // namespace shop::transport
