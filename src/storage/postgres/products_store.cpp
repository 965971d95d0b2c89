#include "service_stores.hpp"

namespace shop::postgres {

namespace {

using products::product_record;

class store_of_products final : public stored<products::store, products::store_schema> {
public:
    using stored::stored;

    asio::awaitable<result<products::found_products>> list(products::product_query query) override {
        // In the collation "C" lower() changes ASCII letters only, as asked.
        static auto const what = select_where<product_record>(
            " WHERE stored.sku > $1::text AND stored.sku <= $6::text"
            " AND ($2::text = '' OR strpos(lower(stored.sku), lower($2::text COLLATE \"C\")) > 0"
            " OR strpos(lower(stored.name), lower($2::text COLLATE \"C\")) > 0)"
            " AND ($3::text IS NULL OR stored.status = $3::text)"
            " AND ($4::text IS NULL OR stored.content::jsonb -> 'tags' ? $4::text)"
            " ORDER BY stored.sku LIMIT $5::bigint");
        auto work = [query = std::move(query)](session& on, products::found_products& out) {
            auto const after = query.after ? query.after->text() : std::string_view();
            if (query.looked_at_max != 0) out.looked_up_to = last_of(on, after, query.looked_at_max);
            auto const end = out.looked_up_to ? out.looked_up_to->text() : products::beyond_all_skus;
            select(on, what, out.products, after, query.text, query.status, query.tag, query.limit, end);
            if (out.products.size() == query.limit) out.looked_up_to.reset();
        };
        return read_replica<products::found_products>(std::move(work));
    }

private:
    /// The last product to look at; nothing if the table ends before.
    static std::optional<sku> last_of(session& on, std::string_view after, std::size_t count) {
        static statement const what(
            "SELECT sku FROM products_product WHERE sku > $1::text ORDER BY sku OFFSET $2::bigint LIMIT 1",
            rows_of({{"sku", types::text}}));
        value_writer to;
        to.text(after);
        to.integer(static_cast<std::int64_t>(count - 1));
        auto const found = on.ask(what, to.take());
        if (found.size() == 0) return std::nullopt;
        text_reader row(found);
        auto last = sku::parse(row.text());
        if (!last) throw trouble(fault::corrupt, "a sku of products_product is not as it was written");
        return *std::move(last);
    }
};

}  // namespace

std::shared_ptr<products::store> products_store(database in) {
    return std::make_shared<store_of_products>(std::move(in));
}

}  // namespace shop::postgres
