#include "storage/postgres/service_stores.hpp"

namespace shop::postgres {

namespace {

using products::product_record;

class store_of_products final : public stored<products::store, products::store_schema> {
public:
    using stored::stored;

    asio::awaitable<result<std::vector<product_record>>> list(products::product_query query) override {
        // In the collation "C" lower() changes ASCII letters only, as asked.
        static auto const what = select_where<product_record>(
            " WHERE stored.sku > $1::text"
            " AND ($2::text = '' OR strpos(lower(stored.sku), lower($2::text COLLATE \"C\")) > 0"
            " OR strpos(lower(stored.name), lower($2::text COLLATE \"C\")) > 0)"
            " AND ($3::text IS NULL OR stored.status = $3::text)"
            " AND ($4::text IS NULL OR stored.content::jsonb -> 'tags' ? $4::text)"
            " ORDER BY stored.sku LIMIT $5::bigint");
        auto work = [query = std::move(query)](connection& on, std::vector<product_record>& out) {
            auto const after = query.after ? query.after->text() : std::string_view();
            select(on, what, out, after, query.text, query.status, query.tag, query.limit);
        };
        return read<std::vector<product_record>>(std::move(work));
    }
};

}  // namespace

std::shared_ptr<products::store> products_store(database in) {
    return std::make_shared<store_of_products>(std::move(in));
}

}  // namespace shop::postgres
