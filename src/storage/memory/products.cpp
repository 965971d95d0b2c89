#include <algorithm>
#include <string_view>

#include "stores.hpp"
#include "tables.hpp"

namespace shop::memory {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool contains(std::string_view text, std::string_view part) {
    auto same = [](char a, char b) { return lower(a) == lower(b); };
    return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

bool matches(products::product_record const& p, products::product_query const& query) {
    if (query.status && p.status != *query.status) return false;
    if (!query.text.empty() && !contains(p.sku.text(), query.text) && !contains(p.name, query.text)) return false;
    if (!query.tag) return true;
    auto const& tags = p.content->tags;
    return std::find(tags.begin(), tags.end(), *query.tag) != tags.end();
}

class products_store final : public tables<products::store, products::store_schema> {
public:
    using tables::tables;

    asio::awaitable<result<products::found_products>> list(products::product_query query) override {
        auto lock = locked();
        auto& rows = of<products::product_record>();
        products::found_products out;
        auto at = query.after ? rows.after({*query.after}) : rows.ordered().begin();
        std::size_t looked_at = 0;
        for (; at != rows.ordered().end() && out.products.size() < query.limit; ++at) {
            auto const& row = rows[*at];
            if (matches(row, query)) out.products.push_back(row);
            if (++looked_at == query.looked_at_max && out.products.size() < query.limit) {
                out.looked_up_to = row.sku;
                break;
            }
        }
        co_return out;
    }
};

}  // namespace

std::shared_ptr<products::store> make_products_store(storage::context const& with, std::shared_ptr<domain> in) {
    return std::make_shared<products_store>(with, std::move(in));
}

}  // namespace shop::memory
