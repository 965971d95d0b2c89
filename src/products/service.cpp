#include <algorithm>
#include <variant>

#include <shop/core/cursor.hpp>
#include <shop/core/limits.hpp>
#include <shop/products/make_service.hpp>

#include "batch.hpp"
#include "core/queues.hpp"

namespace shop::products {

namespace {

using any_read = std::variant<get_product, get_offer>;
using any_found = std::variant<product, offer>;

void want(key_set<store_schema>& all, any_read const& read) {
    if (auto const* get = std::get_if<get_product>(&read)) {
        all.add<product_record>({get->sku});
        all.add<availability_record>({get->sku});
    } else {
        all.add<product_record>({std::get<get_offer>(read).sku});
    }
}

result<any_found> find(loaded_rows<store_schema> const& rows, any_read const& read) {
    auto const& which = std::visit([](auto const& r) -> shop::sku const& { return r.sku; }, read);
    auto const* row = rows.find<product_record>({which});
    if (row == nullptr) return error(error_code::not_found);
    if (std::holds_alternative<get_offer>(read)) return any_found(rules::offer_of(*row));
    return any_found(rules::product_of(*row, rows.find<availability_record>({which})));
}

class stored_service final : public service {
public:
    stored_service(std::shared_ptr<store> catalogue, service_context const& context)
        : store_(catalogue),
          clock_(*context.clock),
          commands_(catalogue, context, {}),
          reads_(catalogue, context, &want, &find) {}

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
        return commands_.submit<noted>(std::move(requests));
    }

    asio::awaitable<std::vector<result<product>>> get(std::vector<request<get_product>> requests) override {
        return reads_.submit<product>(std::move(requests));
    }
    asio::awaitable<std::vector<result<offer>>> offers(std::vector<request<get_offer>> requests) override {
        return reads_.submit<offer>(std::move(requests));
    }
    asio::awaitable<std::vector<result<page<product>>>> list(std::vector<request<list_products>> requests) override {
        auto const answer = [this](list_products const& command) { return list_one(command); };
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
    detail::read_queue<store_schema, any_read, any_found> reads_;
};

}  // namespace

std::shared_ptr<service> make_service(std::shared_ptr<store> store, service_context const& context) {
    return std::make_shared<stored_service>(std::move(store), context);
}

}  // namespace shop::products
