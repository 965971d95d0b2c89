#include <algorithm>
#include <variant>

#include <shop/core/cursor.hpp>
#include <shop/core/limits.hpp>
#include <shop/products/make_service.hpp>

#include "batch.hpp"
#include "core/queues.hpp"

namespace shop::products {

namespace {

void want_product(key_set<store_schema>& all, get_product const& read) {
    all.add<product_record>({read.sku});
    all.add<availability_record>({read.sku});
}

result<product> find_product(loaded_rows<store_schema> const& rows, get_product const& read) {
    auto const* row = rows.find<product_record>({read.sku});
    if (row == nullptr) return error(error_code::not_found);
    return rules::product_of(*row, rows.find<availability_record>({read.sku}));
}

void want_offer(key_set<store_schema>& all, get_offer const& read) { all.add<product_record>({read.sku}); }

result<offer> find_offer(loaded_rows<store_schema> const& rows, get_offer const& read) {
    auto const* row = rows.find<product_record>({read.sku});
    if (row == nullptr) return error(error_code::not_found);
    return rules::offer_of(*row);
}

class stored_service final : public service {
public:
    stored_service(std::shared_ptr<store> catalogue, service_context const& context)
        : store_(catalogue),
          clock_(*context.clock),
          commands_(catalogue, context, {}),
          notes_(catalogue, context, {}),
          products_(catalogue, context, &want_product, &find_product),
          offers_(catalogue, context, &want_offer, &find_offer) {}

    asio::awaitable<std::vector<result<product>>> create(std::vector<request<create_product>> requests) override {
        return commands_.submit<product>(std::move(requests));
    }
    asio::awaitable<std::vector<result<product>>> replace(std::vector<request<replace_product>> requests) override {
        return commands_.submit<product>(std::move(requests));
    }
    asio::awaitable<std::vector<result<product>>> archive(std::vector<request<archive_product>> requests) override {
        return commands_.submit<product>(std::move(requests));
    }
    asio::awaitable<std::vector<result<imported>>> import(std::vector<request<import_product>> requests) override {
        return commands_.submit<imported>(std::move(requests));
    }
    asio::awaitable<std::vector<result<noted>>> note_availability(
        std::vector<request<products::note_availability>> requests) override {
        return notes_.submit<noted>(std::move(requests));
    }

    asio::awaitable<std::vector<result<product>>> get(std::vector<request<get_product>> requests) override {
        return products_.submit<product>(std::move(requests));
    }
    asio::awaitable<std::vector<result<offer>>> offers(std::vector<request<get_offer>> requests) override {
        return offers_.submit<offer>(std::move(requests));
    }
    asio::awaitable<std::vector<result<page<product>>>> list(std::vector<request<list_products>> requests) override {
        auto const answer = [this](request<list_products> const& r) { return list_one(r.command); };
        return detail::one_by_one<page<product>>(std::move(requests), clock_, answer);
    }

private:
    using keys_pointer = std::shared_ptr<key_set<store_schema> const>;

    asio::awaitable<result<page<product>>> list_one(list_products const& command) {
        auto const limit = page_limit(command.limit, command.sku);
        if (!limit) co_return limit.error();
        product_query query;
        query.text = command.q;
        query.tag = command.tag;
        query.status = command.status;
        query.limit = *limit + 1;  // one more than asked for: whether there is a next page
        if (command.cursor) {
            auto const place = read_cursor("products.list", *command.cursor);
            if (!place) co_return place.error();
            query.after = shop::sku::parse(*place);
            if (!query.after) co_return bad_cursor();
        }
        result<std::vector<product_record>> rows;
        if (command.sku.empty()) {
            rows = co_await store_->list(query);
        } else {
            rows = co_await load(command.sku, query);
        }
        if (!rows) co_return rows.error();
        bool const more = rows->size() > *limit;
        if (more) rows->resize(*limit);
        auto items = co_await with_availability(*rows);
        if (!items) co_return items.error();
        page<product> out;
        out.items = std::move(*items);
        if (more) out.next_cursor = make_cursor("products.list", out.items.back().sku.text());
        co_return out;
    }

    asio::awaitable<result<std::vector<product_record>>> load(std::vector<shop::sku> const& skus,
                                                              product_query const& query) {
        auto wanted = std::make_shared<key_set<store_schema>>();
        for (auto const& one : skus) {
            if (!query.after || one > *query.after) wanted->add<product_record>({one});
        }
        wanted->normalise();
        keys_pointer keys = std::move(wanted);
        auto loaded = co_await store_->load(keys);
        if (!loaded) co_return loaded.error();
        std::vector<product_record> rows;
        for (auto const& found : (*loaded)->groups<product_record>()) {
            if (found.empty() || rows.size() == query.limit) continue;
            if (rules::matches(found.front(), query)) rows.push_back(found.front());
        }
        co_return rows;
    }

    asio::awaitable<result<std::vector<product>>> with_availability(std::vector<product_record> const& rows) {
        auto wanted = std::make_shared<key_set<store_schema>>();
        for (auto const& row : rows) wanted->add<availability_record>({row.sku});
        wanted->normalise();
        keys_pointer keys = std::move(wanted);
        auto loaded = co_await store_->load(keys);
        if (!loaded) co_return loaded.error();
        std::vector<product> items;
        items.reserve(rows.size());
        for (auto const& row : rows) {
            items.push_back(rules::product_of(row, (*loaded)->find<availability_record>({row.sku})));
        }
        co_return items;
    }

    std::shared_ptr<store> store_;
    scheduler& clock_;
    detail::command_queue<batch> commands_;
    detail::command_queue<note_batch> notes_;
    detail::read_queue<store_schema, get_product, product> products_;
    detail::read_queue<store_schema, get_offer, offer> offers_;
};

}  // namespace

std::shared_ptr<service> make_service(std::shared_ptr<store> store, service_context const& context) {
    return std::make_shared<stored_service>(std::move(store), context);
}

}  // namespace shop::products
