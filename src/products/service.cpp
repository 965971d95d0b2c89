#include <algorithm>
#include <variant>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <shop/async/pending_results.hpp>
#include <shop/core/limits.hpp>
#include <shop/core/pagination_cursor.hpp>
#include <shop/products/make_service.hpp>

#include "products/batch.hpp"
#include "products/search_turns.hpp"
#include "records/queues.hpp"

namespace shop::products {

namespace {

void want_product(key_set<store_schema>& all, get_product const& read) {
    all.add<product_record>({read.sku});
}
void want_product_and_availability(key_set<store_schema>& all, get_product const& read) {
    all.add<product_record>({read.sku});
    all.add<availability_record>({read.sku});
}

result<product> find_product(loaded_rows<store_schema> const& rows, get_product const& read) {
    auto const* row = rows.find<product_record>({read.sku});
    if (row == nullptr) return error(error_code::not_found);
    return rules::product_of(*row, rows.find<availability_record>({read.sku}));
}

void want_offer(key_set<store_schema>& all, get_offer const& read) {
    all.add<product_record>({read.sku});
}

result<offer> find_offer(loaded_rows<store_schema> const& rows, get_offer const& read) {
    auto const* row = rows.find<product_record>({read.sku});
    if (row == nullptr) return error(error_code::not_found);
    return rules::offer_of(*row);
}

/// Shows each of the products what the inventory says of it now.
asio::awaitable<result<void>> show_availability(availability_source from, std::vector<product*> of) {
    std::vector<sku> skus;
    skus.reserve(of.size());
    for (auto const* one : of) skus.push_back(one->sku);
    if (skus.empty()) co_return result<void>{};
    auto const said = co_await from(std::move(skus));
    if (!said) co_return said.error();
    for (std::size_t i = 0; i < of.size(); ++i) rules::show(*of[i], (*said)[i]);
    co_return result<void>{};
}

std::vector<product*> found_among(std::vector<result<product>>& answers) {
    std::vector<product*> found;
    found.reserve(answers.size());
    for (auto& one : answers) {
        if (one) found.push_back(&*one);
    }
    return found;
}

using product_reads = detail::read_queue<store_schema, get_product, product>;

product_reads reads_of(service_parts const& parts) {
    if (!parts.availability) return {parts.store, parts.context, &want_product_and_availability, &find_product};
    return {parts.store, parts.context, &want_product, &find_product,
            [from = parts.availability](std::vector<result<product>>& answers) {
                return show_availability(from, found_among(answers));
            }};
}

class store_service final : public service, public std::enable_shared_from_this<store_service> {
public:
    explicit store_service(service_parts const& parts)
        : store_(parts.store),
          context_(parts.context),
          availability_(parts.availability),
          deadlines_(parts.context),
          commands_(parts.store, parts.context, {}),
          notes_(parts.store, parts.context, {}),
          products_(reads_of(parts)),
          offers_(parts.store, parts.context, &want_offer, &find_offer) {}
    ~store_service() override { deadlines_.stop(); }

    results<product> create(requests<create_product> requests) override {
        return with_availability(commands_.submit<product>(std::move(requests)));
    }
    results<product> replace(requests<replace_product> requests) override {
        return with_availability(replace_as_read(std::move(requests)));
    }
    results<product> archive(requests<archive_product> requests) override {
        return with_availability(commands_.submit<product>(std::move(requests)));
    }
    results<imported> import(requests<import_product> requests) override {
        return commands_.submit<imported>(std::move(requests));
    }
    results<noted> note_availability(requests<products::note_availability> requests) override {
        return notes_.submit<noted>(std::move(requests));
    }

    results<product> get(requests<get_product> requests) override {
        std::vector<bool> sees_all;
        sees_all.reserve(requests.size());
        for (auto const& one : requests) sees_all.push_back(rules::sees_who_changes(*one.call.by));
        auto answers = co_await products_.submit<product>(std::move(requests));
        for (std::size_t i = 0; i < answers.size(); ++i) {
            if (answers[i] && !sees_all[i]) answers[i]->changed_by.clear();
        }
        co_return answers;
    }
    results<offer> offers(requests<get_offer> requests) override { return offers_.submit<offer>(std::move(requests)); }
    results<page<product>> list(requests<list_products> requests) override {
        if (std::ranges::any_of(requests, [](auto const& r) { return is_search(r.command); })) {
            return list_together(std::move(requests));
        }
        auto const answer = [this](request<list_products> const& r) { return list_one(r); };
        return detail::one_by_one<page<product>>(std::move(requests), *context_.clock, answer);
    }

private:
    /// What a change leaves stands, whether or not the inventory can be asked about it then.
    results<product> with_availability(results<product> changed) {
        auto answers = co_await std::move(changed);
        if (!availability_) co_return answers;
        auto const shown = co_await show_availability(availability_, found_among(answers));
        if (!shown) {
            context_.log->write(severity::warning, "availability cannot be shown with what was changed",
                                {{"reason", std::string(shown.error().word())}});
        }
        co_return answers;
    }

    /// The rules compare what a caller sends back as read with what stands in the catalogue's store; what the inventory
    /// says is compared here.
    results<product> replace_as_read(requests<replace_product> requests) {
        std::vector<product> now;
        std::vector<std::size_t> of;
        for (std::size_t i = 0; availability_ && i < requests.size(); ++i) {
            if (!requests[i].command.draft.availability) continue;
            now.emplace_back().sku = requests[i].command.sku;
            of.push_back(i);
        }
        std::vector<product*> shown;
        for (auto& one : now) shown.push_back(&one);
        if (auto const read = co_await show_availability(availability_, std::move(shown)); !read) {
            co_return std::vector<result<product>>(requests.size(), read.error());
        }
        for (std::size_t n = 0; n < of.size(); ++n) {
            auto& said = requests[of[n]].command.draft.availability;
            if (is_as_read(*said, now[n].availability)) said.reset();
        }
        co_return co_await commands_.submit<product>(std::move(requests));
    }

    static bool is_search(list_products const& command) { return command.sku.empty() && to_query(command).is_search(); }

    static product_query to_query(list_products const& command) {
        product_query query;
        query.text = command.q;
        query.tag = command.tag;
        query.status = command.status;
        return query;
    }

    /// Each by itself: a search keeps none of those that came with it waiting, and is answered in time.
    results<page<product>> list_together(requests<list_products> requests) {
        auto const all = std::make_shared<pending_results<page<product>>>(requests.size());
        std::vector<steady_time> by;
        for (std::size_t i = 0; i < requests.size(); ++i) {
            by.push_back(requests[i].call.deadline);
            asio::co_spawn(context_.executor, answer(shared_from_this(), all, i, std::move(requests[i])),
                           [all, i](std::exception_ptr failed) {
                               if (failed) all->give(i, error(error_code::internal));
                           });
        }
        co_return co_await all->wait(deadlines_, context_.clock->now(), std::move(by),
                                     [](std::size_t) { return error(error_code::deadline_exceeded); });
    }
    static asio::awaitable<void> answer(std::shared_ptr<store_service> self,
                                        std::shared_ptr<pending_results<page<product>>> to, std::size_t i,
                                        request<list_products> asked) {
        if (asked.call.deadline <= self->context_.clock->now()) {
            to->give(i, error(error_code::deadline_exceeded));
            co_return;
        }
        auto found = co_await self->list_one(asked);
        to->give(i, std::move(found));
    }

    asio::awaitable<result<page<product>>> list_one(request<list_products> const& asked) {
        auto const& command = asked.command;
        auto const limit = page_limit(command.limit, command.sku);
        if (!limit) co_return limit.error();
        auto query = to_query(command);
        query.limit = *limit + 1;  // one more than asked for: whether there is a next page
        if (command.cursor) {
            auto const place = read_cursor("products.list", *command.cursor);
            if (!place) co_return place.error();
            query.after = shop::sku::parse(*place);
            if (!query.after) co_return bad_cursor();
        }
        result<found_products> found;
        if (!command.sku.empty()) {
            found = co_await load(command.sku, query);
        } else if (query.is_search()) {
            found = co_await search(std::move(query), asked.call);
        } else {
            found = co_await store_->list(query);
        }
        if (!found) co_return found.error();
        auto& rows = found->products;
        if (rows.size() > *limit) {
            rows.resize(*limit);
            found->looked_up_to = rows.back().sku;
        }
        auto items = co_await to_products(rows);
        if (!items) co_return items.error();
        if (!rules::sees_who_changes(*asked.call.by)) {
            for (auto& one : *items) one.changed_by.clear();
        }
        page<product> out;
        out.items = std::move(*items);
        if (found->looked_up_to) out.next_cursor = make_cursor("products.list", found->looked_up_to->text());
        co_return out;
    }

    /// Looks at so many products that others have their turn in between, and no longer than `limits::search_time_max`:
    /// what is found then is a page, and the next goes on from there.
    asio::awaitable<result<found_products>> search(product_query query, call const& by) {
        auto const turn = co_await searches_->take(by.by->account);
        if (!turn) co_return turn.error();
        auto const now = context_.clock->now();
        if (by.deadline <= now) co_return error(error_code::deadline_exceeded);
        auto const until = std::min(answer_by(by.deadline, now), now + limits::search_time_max);
        auto const wanted = query.limit;
        query.looked_at_max = limits::search_step_products;
        found_products all;
        for (;;) {
            query.limit = wanted - all.products.size();
            auto step = co_await store_->list(query);
            if (!step) co_return step.error();
            std::ranges::move(step->products, std::back_inserter(all.products));
            all.looked_up_to = step->looked_up_to;
            if (!all.looked_up_to || context_.clock->now() >= until) co_return all;
            query.after = all.looked_up_to;
            co_await asio::post(context_.executor, asio::use_awaitable);
        }
    }

    asio::awaitable<result<found_products>> load(std::vector<shop::sku> const& skus, product_query const& query) {
        key_set<store_schema> wanted;
        for (auto const& one : skus) {
            if (!query.after || one > *query.after) wanted.add<product_record>({one});
        }
        auto loaded = co_await store_->load(std::move(wanted));
        if (!loaded) co_return loaded.error();
        found_products out;
        for (auto const& found : (*loaded)->groups<product_record>()) {
            if (found.empty() || out.products.size() == query.limit) continue;
            if (rules::matches(found.front(), query)) out.products.push_back(found.front());
        }
        co_return out;
    }

    asio::awaitable<result<std::vector<product>>> to_products(std::vector<product_record> const& rows) {
        std::vector<product> items;
        items.reserve(rows.size());
        if (availability_) {
            std::vector<product*> all;
            for (auto const& row : rows) all.push_back(&items.emplace_back(rules::product_of(row, nullptr)));
            auto const shown = co_await show_availability(availability_, std::move(all));
            if (!shown) co_return shown.error();
            co_return items;
        }
        key_set<store_schema> wanted;
        for (auto const& row : rows) wanted.add<availability_record>({row.sku});
        auto loaded = co_await store_->load(std::move(wanted));
        if (!loaded) co_return loaded.error();
        for (auto const& row : rows) {
            items.push_back(rules::product_of(row, (*loaded)->find<availability_record>({row.sku})));
        }
        co_return items;
    }

    std::shared_ptr<store> store_;
    service_context context_;
    availability_source availability_;
    deadlines deadlines_;
    std::shared_ptr<search_turns> const searches_ = std::make_shared<search_turns>();
    detail::command_queue<batch> commands_;
    detail::command_queue<note_batch> notes_;
    product_reads products_;
    detail::read_queue<store_schema, get_offer, offer> offers_;
};

}  // namespace

std::shared_ptr<service> make_service(service_parts parts) {
    return std::make_shared<store_service>(parts);
}

}  // namespace shop::products
