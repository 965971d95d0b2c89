#include <shop/engine/known_skus.hpp>

#include <algorithm>
#include <iterator>
#include <map>

#include <shop/core/limits.hpp>

namespace shop {

namespace {

using skus = std::vector<request<sku>>;

/// Catalogues are searched for so many skus of one call; the others are found if they are all upper or all lower case.
constexpr std::size_t searches_max = 4;
constexpr std::size_t search_pages_max = 4;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

sku in_case(sku const& which, char (*letter)(char)) {
    std::string text(which.text());
    std::ranges::transform(text, text.begin(), letter);
    return sku(text);
}

results<products::offer> offers_of(std::shared_ptr<products::service> from, skus asked) {
    std::vector<result<products::offer>> all;
    all.reserve(asked.size());
    for (std::size_t at = 0; at < asked.size(); at += limits::batch_items_max) {
        std::vector<request<products::get_offer>> some;
        auto const end = std::min(asked.size(), at + limits::batch_items_max);
        for (auto i = at; i < end; ++i) {
            some.emplace_back(asked[i].call.passed_on(), products::get_offer(asked[i].command));
        }
        auto found = co_await from->offers(std::move(some));
        std::move(found.begin(), found.end(), std::back_inserter(all));
    }
    co_return all;
}

/// The sku in the catalogue that differs in letter case only.
asio::awaitable<std::optional<sku>> search(std::shared_ptr<products::service> in, request<sku> one) {
    auto const folded = in_case(one.command, lower);
    products::list_products wanted;
    wanted.q = std::string(one.command.text());
    wanted.limit = static_cast<std::int64_t>(limits::page_items_max);
    for (std::size_t pages = 0; pages < search_pages_max; ++pages) {
        std::vector<request<products::list_products>> asked;
        asked.emplace_back(one.call.passed_on(), wanted);
        auto const answers = co_await in->list(std::move(asked));
        if (!answers.front()) co_return std::nullopt;
        auto const& page = *answers.front();
        auto const same = [&](products::product const& p) { return in_case(p.sku, lower) == folded; };
        auto const found = std::ranges::find_if(page.items, same);
        if (found != page.items.end()) co_return found->sku;
        if (!page.next_cursor) co_return std::nullopt;
        wanted.cursor = page.next_cursor;
    }
    co_return std::nullopt;
}

/// For unknown skus, those that exist and differ in letter case only.
asio::awaitable<std::map<sku, sku>> look_alikes(std::shared_ptr<products::service> in, skus unknown) {
    skus variants;
    for (auto const& one : unknown) {
        variants.emplace_back(one.call, in_case(one.command, upper));
        variants.emplace_back(one.call, in_case(one.command, lower));
    }
    auto const offers = co_await offers_of(in, variants);
    std::map<sku, sku> found;
    std::size_t searches = 0;
    for (std::size_t i = 0; i < unknown.size(); ++i) {
        auto const& which = unknown[i].command;
        if (found.contains(which)) continue;
        if (offers[2 * i] || offers[2 * i + 1]) {
            found.emplace(which, offers[2 * i] ? offers[2 * i]->sku : offers[2 * i + 1]->sku);
        } else if (searches++ < searches_max) {
            auto like = co_await search(in, unknown[i]);
            if (like) found.emplace(which, std::move(*like));
        }
    }
    co_return found;
}

error unknown(std::optional<sku> const& like) {
    error_details details;
    details.detail = "no product has this sku";
    if (like) details.detail += "; did you mean " + std::string(like->text()) + "?";
    details.errors.push_back({"/sku", details.detail});
    return error(error_code::unknown_sku, std::move(details));
}

results<void> check(std::shared_ptr<products::service> products, skus asked) {
    auto const offers = co_await offers_of(products, asked);
    skus missing;
    for (std::size_t i = 0; i < offers.size(); ++i) {
        if (!offers[i] && offers[i].error().code() == error_code::not_found) missing.push_back(asked[i]);
    }
    std::map<sku, sku> like;
    if (!missing.empty()) like = co_await look_alikes(products, std::move(missing));
    std::vector<result<void>> answers;
    answers.reserve(offers.size());
    for (std::size_t i = 0; i < offers.size(); ++i) {
        if (offers[i]) {
            answers.emplace_back();
        } else if (offers[i].error().code() == error_code::not_found) {
            auto const found = like.find(asked[i].command);
            answers.emplace_back(unknown(found == like.end() ? std::nullopt : std::optional(found->second)));
        } else {
            answers.emplace_back(offers[i].error());
        }
    }
    co_return answers;
}

}  // namespace

inventory::sku_check skus_of(std::shared_ptr<products::service> products) {
    return [products = std::move(products)](skus asked) { return check(products, std::move(asked)); };
}

}  // namespace shop
