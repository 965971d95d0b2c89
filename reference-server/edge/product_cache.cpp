#include "edge/product_cache.hpp"

#include <array>
#include <utility>
#include <vector>

#include <shop/products/rules.hpp>

namespace shop_server {
namespace {

using namespace shop::products;
using shop::page;
using shop::request;
using shop::requests;
using shop::result;
using shop::results;

/// The last used are kept.
class cache {
public:
    cache(shop::scheduler& clock, product_cache_options options) : clock_(clock), options_(options) {}

    product const* find(shop::sku const& which) {
        auto const known = places_.find(which);
        if (known == places_.end()) return nullptr;
        if (known->second->read_at + options_.fresh_for < clock_.now()) {
            erase(which);
            return nullptr;
        }
        entries_.splice(entries_.begin(), entries_, known->second);
        return &known->second->what;
    }
    void keep(product what, shop::steady_time read_at) {
        erase(what.sku);
        auto const which = what.sku;
        entries_.push_front({std::move(what), read_at});
        places_[which] = entries_.begin();
        if (entries_.size() > options_.products_max) erase(shop::sku(entries_.back().what.sku));
    }
    void erase(shop::sku const& which) {
        if (auto const known = places_.find(which); known != places_.end()) {
            entries_.erase(known->second);
            places_.erase(known);
        }
    }

private:
    struct entry {
        product what;
        shop::steady_time read_at;
    };
    shop::scheduler& clock_;
    product_cache_options options_;
    std::list<entry> entries_;
    std::unordered_map<shop::sku, std::list<entry>::iterator> places_;
};

class cached final : public service {
public:
    cached(shop::service_context const& context, std::shared_ptr<service> from, product_cache_options options)
        : clock_(*context.clock),
          from_(std::move(from)),
          caches_{cache(*context.clock, options), cache(*context.clock, options)} {}

    results<product> get(requests<get_product> requests) override {
        std::vector<result<product>> answers(requests.size(), shop::error(shop::error_code::internal));
        std::vector<request<get_product>> missing;
        std::vector<std::size_t> of;
        std::vector<cache*> caches;
        for (std::size_t i = 0; i < requests.size(); ++i) {
            auto& cache = caches_[rules::sees_who_changes(*requests[i].call.by)];
            if (auto const* known = cache.find(requests[i].command.sku)) {
                answers[i] = *known;
            } else {
                missing.push_back(std::move(requests[i]));
                of.push_back(i);
                caches.push_back(&cache);
            }
        }
        if (missing.empty()) co_return answers;
        auto const asked_at = clock_.now();
        auto const writes = writes_;
        auto read = co_await from_->get(std::move(missing));
        for (std::size_t n = 0; n < of.size() && n < read.size(); ++n) {
            if (read[n] && writes == writes_) caches[n]->keep(*read[n], asked_at);
            answers[of[n]] = std::move(read[n]);
        }
        co_return answers;
    }

    results<product> create(requests<create_product> requests) override {
        for (auto const& r : requests) forget(r.command.draft.sku);
        return changed(from_->create(std::move(requests)));
    }
    results<product> replace(requests<replace_product> requests) override {
        for (auto const& r : requests) forget(r.command.sku);
        return changed(from_->replace(std::move(requests)));
    }
    results<product> archive(requests<archive_product> requests) override {
        for (auto const& r : requests) forget(r.command.sku);
        return changed(from_->archive(std::move(requests)));
    }
    results<imported> import(requests<import_product> requests) override {
        for (auto const& r : requests) forget(r.command.merge.sku);
        return changed(from_->import(std::move(requests)));
    }
    results<page<product>> list(requests<list_products> requests) override { return from_->list(std::move(requests)); }
    results<offer> offers(requests<get_offer> requests) override { return from_->offers(std::move(requests)); }
    results<noted> note_availability(requests<shop::products::note_availability> requests) override {
        return from_->note_availability(std::move(requests));
    }

private:
    void forget(shop::sku const& which) {
        for (auto& cache : caches_) cache.erase(which);
        ++writes_;
    }
    /// What was read while a change was on its way is not kept: it may be what was before.
    template <class Answer>
    results<Answer> changed(results<Answer> change) {
        auto answers = co_await std::move(change);
        ++writes_;
        co_return answers;
    }

    shop::scheduler& clock_;
    std::shared_ptr<service> from_;
    std::array<cache, 2> caches_;  ///< of those who do not see who changed a product, and of those who do
    std::uint64_t writes_ = 0;     ///< begun and ended
};

}  // namespace

std::shared_ptr<shop::products::service> cached_products(shop::service_context context,
                                                         std::shared_ptr<shop::products::service> from,
                                                         product_cache_options options) {
    return std::make_shared<cached>(context, std::move(from), options);
}

}  // namespace shop_server
