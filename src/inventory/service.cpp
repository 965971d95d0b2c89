#include <algorithm>
#include <charconv>

#include <shop/core/idempotency_key.hpp>
#include <shop/core/pagination_cursor.hpp>
#include <shop/inventory/make_service.hpp>
#include <shop/json/json.hpp>

#include "inventory/batch.hpp"
#include "records/queues.hpp"

namespace shop::inventory {

namespace {

void want(key_set<store_schema>& all, get_stock const& read) {
    all.add<stock_record>({read.sku});
}

result<stock_level> find(loaded_rows<store_schema> const& rows, get_stock const& read) {
    auto const locations = rows.group<stock_record>({read.sku});
    if (locations.empty()) return error(error_code::not_found, "no stock was ever recorded for this sku");
    return rules::level_of(read.sku, locations);
}

std::function<void(batch const&)> tell_of_appends(std::function<void(appended_logs)> on_append) {
    return [on_append = std::move(on_append)](batch const& done) {
        if (done.appended().ledger && on_append) on_append(done.appended());
    };
}

/// Cuts off what was read only to see whether there is more.
template <class T>
bool trim(std::vector<T>& items, std::size_t limit) {
    if (items.size() <= limit) return false;
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(limit), items.end());
    return true;
}

/// Rows by sku and location, as one level per sku.
std::vector<stock_level> levels_of(std::span<stock_record const> rows) {
    std::vector<stock_level> levels;
    while (!rows.empty()) {
        auto const last = std::ranges::find_if(rows, [&](auto const& r) { return r.sku != rows.front().sku; });
        auto const count = static_cast<std::size_t>(last - rows.begin());
        levels.push_back(rules::level_of(rows.front().sku, rows.first(count)));
        rows = rows.subspan(count);
    }
    return levels;
}

class store_service final : public service {
public:
    store_service(std::shared_ptr<store> stock, service_context const& context,
                  std::function<void(appended_logs)> on_append, sku_check is_known)
        : store_(stock),
          clock_(*context.clock),
          commands_(stock, context, tell_of_appends(std::move(on_append))),
          reads_(stock, context, &want, &find),
          is_known_(std::move(is_known)) {}

    results<stock_level> get(requests<get_stock> requests) override {
        return reads_.submit<stock_level>(std::move(requests));
    }
    results<availabilities> availability(requests<watch_availability> requests) override {
        std::vector<result<availabilities>> answers(requests.size(), error(error_code::deadline_exceeded));
        key_set<store_schema> wanted;
        auto const now = clock_.now();
        for (std::size_t i = 0; i < requests.size(); ++i) {
            if (requests[i].call.deadline <= now) continue;
            answers[i] = check(requests[i].command);
            if (!answers[i]) continue;
            for (auto const& which : requests[i].command.sku) wanted.add<stock_record>({which});
        }
        auto const rows = co_await store_->load(std::move(wanted));
        for (std::size_t i = 0; i < requests.size(); ++i) {
            if (!answers[i]) continue;
            if (!rows) {
                answers[i] = rows.error();
                continue;
            }
            for (auto const& which : requests[i].command.sku) {
                answers[i]->items.push_back(rules::shown_availability(which, (*rows)->group<stock_record>({which})));
            }
        }
        co_return answers;
    }
    results<stock_level> configure(requests<configure_stock> requests) override {
        return commands_.submit<stock_level>(std::move(requests));
    }
    results<allocation> allocate(requests<allocate_order> requests) override {
        return commands_.submit<allocation>(std::move(requests));
    }
    results<order_stock> release(requests<release_order> requests) override {
        return commands_.submit<order_stock>(std::move(requests));
    }
    results<order_stock> ship(requests<ship_order> requests) override {
        return commands_.submit<order_stock>(std::move(requests));
    }

    /// Skus of which nothing is here yet are booked once somebody knows them; repeats are answered whatever became of
    /// them.
    results<recorded> record(requests<record_movement> requests) override {
        std::vector<result<recorded>> answers(requests.size(), error(error_code::internal));
        std::vector<request<rules::book_movement>> good;
        std::vector<std::size_t> places;
        for (std::size_t i = 0; i < requests.size(); ++i) {
            auto booking = to_booking(std::move(requests[i]), !is_known_);
            if (booking) {
                good.push_back(std::move(*booking));
                places.push_back(i);
            } else {
                answers[i] = booking.error();
            }
        }
        auto asked = good;
        co_await book(std::move(asked), places, answers);
        if (!is_known_) co_return answers;

        std::vector<request<rules::book_movement>> unsure;
        std::vector<std::size_t> unsure_places;
        for (std::size_t n = 0; n < places.size(); ++n) {
            auto const& answer = answers[places[n]];
            if (answer || answer.error().code() != error_code::unknown_sku) continue;
            unsure.push_back(std::move(good[n]));
            unsure_places.push_back(places[n]);
        }
        if (!unsure.empty()) co_await book_known(std::move(unsure), std::move(unsure_places), answers);
        co_return answers;
    }

    results<page<stock_level>> list(requests<list_stock> requests) override {
        auto const answer = [this](request<list_stock> const& r) { return list_one(r.command); };
        return detail::one_by_one<page<stock_level>>(std::move(requests), clock_, answer);
    }
    results<page<movement>> movements(requests<list_movements> requests) override {
        auto const answer = [this](request<list_movements> const& r) { return movements_of_one(r.command); };
        return detail::one_by_one<page<movement>>(std::move(requests), clock_, answer);
    }

    results<std::vector<decided_order>> decisions(requests<list_decisions> requests) override {
        auto const answer = [this](request<list_decisions> const& r) { return decisions_after(r.command.after); };
        return detail::one_by_one<std::vector<decided_order>>(std::move(requests), clock_, answer);
    }

private:
    static result<availabilities> check(watch_availability const& wanted) {
        if (!wanted.sku.empty() && wanted.sku.size() <= limits::watched_skus_max) return availabilities{};
        error_details details;
        details.errors.push_back({"/sku", "must be 1 to " + std::to_string(limits::watched_skus_max) + " skus"});
        return error(error_code::invalid_value, std::move(details));
    }
    static result<request<rules::book_movement>> to_booking(request<record_movement> asked, bool known_sku) {
        request<rules::book_movement> out;
        auto const& reference = asked.command.reference;
        if (reference) {
            if (auto fine = check_idempotency_key(*reference); !fine) return fine.error();
        }
        auto const& key = asked.call.idempotency_key;
        if (!reference || !key.empty()) {
            if (auto fine = check_idempotency_key(key); !fine) return fine.error();
            auto canonical = json::encode(asked.command);
            if (reference) canonical.append(1, '\n').append(*reference);
            out.command.key = {asked.call.by->account, key, fingerprint_of("inventory.record", canonical)};
        }
        out.command.known_sku = known_sku;
        out.command.movement = std::move(asked.command);
        out.call = std::move(asked.call);
        return out;
    }

    asio::awaitable<void> book(requests<rules::book_movement> bookings, std::vector<std::size_t> places,
                               std::vector<result<recorded>>& answers) {
        auto booked = co_await commands_.submit<recorded>(std::move(bookings));
        for (std::size_t n = 0; n < places.size(); ++n) answers[places[n]] = std::move(booked[n]);
    }

    asio::awaitable<void> book_known(requests<rules::book_movement> unsure, std::vector<std::size_t> places,
                                     std::vector<result<recorded>>& answers) {
        std::vector<request<shop::sku>> asked;
        asked.reserve(unsure.size());
        for (auto const& one : unsure) asked.emplace_back(one.call, one.command.movement.sku);
        auto const known = co_await is_known_(std::move(asked));
        std::vector<request<rules::book_movement>> bookings;
        std::vector<std::size_t> of;
        for (std::size_t n = 0; n < unsure.size(); ++n) {
            if (!known[n]) {
                answers[places[n]] = known[n].error();
                continue;
            }
            unsure[n].command.known_sku = true;
            bookings.push_back(std::move(unsure[n]));
            of.push_back(places[n]);
        }
        if (!bookings.empty()) co_await book(std::move(bookings), std::move(of), answers);
    }

    asio::awaitable<result<std::vector<decided_order>>> decisions_after(std::optional<shop::order_id> after) {
        std::optional<key_of<decision_record>> behind;
        if (after) behind = key_of<decision_record>{*after};
        auto const rows = co_await store_->scan<decision_record>(behind, limits::page_items_max);
        if (!rows) co_return rows.error();
        std::vector<decided_order> out;
        out.reserve(rows->size());
        for (auto const& row : *rows) out.push_back(rules::decided(row));
        co_return out;
    }

    asio::awaitable<result<page<stock_level>>> list_one(list_stock const& command) {
        auto const limit = page_limit(command.limit, command.sku);
        if (!limit) co_return limit.error();
        stock_query query;
        if (command.cursor) {
            auto const place = read_cursor("inventory.list", *command.cursor);
            if (!place) co_return place.error();
            query.after = shop::sku::parse(*place);
            if (!query.after) co_return bad_cursor();
        }
        query.limit = *limit + 1;
        result<std::vector<stock_record>> rows;
        if (command.sku.empty()) {
            rows = co_await store_->list(query);
        } else {
            rows = co_await load(command.sku, query);
        }
        if (!rows) co_return rows.error();
        page<stock_level> out;
        out.items = levels_of(*rows);
        bool const more = trim(out.items, *limit);
        if (more) out.next_cursor = make_cursor("inventory.list", out.items.back().sku.text());
        co_return out;
    }

    asio::awaitable<result<std::vector<stock_record>>> load(std::vector<shop::sku> const& skus,
                                                            stock_query const& query) {
        key_set<store_schema> wanted;
        for (auto const& one : skus) {
            if (!query.after || one > *query.after) wanted.add<stock_record>({one});
        }
        auto loaded = co_await store_->load(std::move(wanted));
        if (!loaded) co_return loaded.error();
        std::vector<stock_record> rows;
        for (auto const& locations : (*loaded)->groups<stock_record>()) {
            rows.insert(rows.end(), locations.begin(), locations.end());
        }
        co_return rows;
    }

    asio::awaitable<result<page<movement>>> movements_of_one(list_movements const& command) {
        auto const limit = page_limit(command.limit);
        if (!limit) co_return limit.error();
        movement_query query;
        query.sku = command.sku;
        query.limit = *limit + 1;
        if (command.cursor) {
            auto const place = read_cursor("inventory.movements", *command.cursor);
            if (!place) co_return place.error();
            std::uint64_t position = 0;
            auto const [end, failed] = std::from_chars(place->data(), place->data() + place->size(), position);
            if (failed != std::errc() || end != place->data() + place->size()) co_return bad_cursor();
            query.before = position;
        }
        auto lines = co_await store_->movements(query);
        if (!lines) co_return lines.error();
        page<movement> out;
        bool const more = trim(*lines, *limit);
        for (auto const& line : *lines) out.items.push_back(rules::movement_of(line));
        if (more) out.next_cursor = make_cursor("inventory.movements", std::to_string(lines->back().position));
        co_return out;
    }

    std::shared_ptr<store> store_;
    scheduler& clock_;
    detail::command_queue<batch> commands_;
    detail::read_queue<store_schema, get_stock, stock_level> reads_;
    sku_check is_known_;
};

}  // namespace

std::shared_ptr<service> make_service(service_parts parts) {
    return std::make_shared<store_service>(std::move(parts.store), parts.context, std::move(parts.on_outbox_append),
                                           std::move(parts.is_known));
}

}  // namespace shop::inventory
