#include "storage/sqlite/record_store.hpp"
#include "storage/sqlite/service_stores.hpp"

namespace shop::sqlite {

namespace {

class store_of_products final : public stored<products::store, products::store_schema> {
public:
    using stored::stored;

    asio::awaitable<result<std::vector<products::product_record>>> list(products::product_query query) override {
        // lower() of SQLite changes ASCII letters only, as asked.
        static constexpr auto condition =
            "WHERE sku > ?1 AND (?2 = '' OR instr(lower(sku), lower(?2)) OR instr(lower(name), lower(?2)))"
            " AND (?3 IS NULL OR status = ?3)"
            " AND (?4 IS NULL OR EXISTS (SELECT 1 FROM json_each(content, '$.tags') WHERE value = ?4))"
            " ORDER BY sku LIMIT ?5";
        auto work = [query = std::move(query)](reader& by, std::vector<products::product_record>& out) {
            auto after = query.after ? query.after->text() : std::string_view();
            return select(by.on, condition, out, after, query.text, query.status, query.tag, query.limit);
        };
        return read<std::vector<products::product_record>>(std::move(work));
    }
};

}  // namespace

std::shared_ptr<products::store> products_store(std::shared_ptr<database> in) {
    return std::make_shared<store_of_products>(std::move(in));
}

}  // namespace shop::sqlite
