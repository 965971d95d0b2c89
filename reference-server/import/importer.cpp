#include "importer.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <unordered_map>

#include <shop/async/backoff.hpp>
#include <shop/core/limits.hpp>

namespace shop_server {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr unsigned attempts_max = 6;
constexpr shop::backoff between_attempts{100ms, 5s};

/// Whether the store had a bad moment, and the same request may go through later.
bool passes(shop::error const& e) {
    return e.retryable() && (e.kind() == shop::error_kind::unavailable || e.kind() == shop::error_kind::timeout);
}

/// What differs between the imports: how a row becomes a command, what tells it from others, and what an answer counts
/// as.
struct product_import {
    using row = product_row;
    using command = shop::products::import_product;
    using answer = shop::products::imported;

    shop::products::service& service;

    static std::string identity(row const& r) { return std::string(r.sku.text()); }
    shop::result<command> make(row&& r) const {
        shop::products::product_merge merge(std::move(r.sku));
        merge.name = std::move(r.name);
        if (r.price.has_value() != r.currency.has_value()) {
            return shop::error(shop::error_code::malformed_request, "price and currency belong together");
        }
        if (r.price) merge.price = shop::money(*r.price, *r.currency);
        merge.description = std::move(r.description);
        merge.status = r.status;
        merge.tags = std::move(r.tags);
        return command(std::move(merge));
    }
    asio::awaitable<std::vector<shop::result<answer>>> send(std::vector<shop::request<command>> requests) const {
        co_return co_await service.import(std::move(requests));
    }
    static void count(answer const& a, import_counts& counts) {
        switch (a.outcome) {
            case shop::products::import_outcome::created:
                ++counts.created;
                break;
            case shop::products::import_outcome::updated:
                ++counts.updated;
                break;
            case shop::products::import_outcome::unchanged:
                ++counts.unchanged;
                break;
        }
    }
    static std::string words(shop::error const& e) { return in_words(e); }
};

struct stock_import {
    using row = stock_row;
    using command = shop::inventory::record_movement;
    using answer = shop::inventory::recorded;

    shop::inventory::service& service;
    std::string delivery;
    stock_file& kind;
    shop::id_source& ids;
    shop::scheduler& clock;

    static constexpr unsigned counts_attempts_max = 8;

    std::string const& reference_of(row const& r) const { return r.reference ? *r.reference : delivery; }
    std::string identity(row const& r) const {
        std::string out(r.sku.text());
        out.append(1, ' ').append(r.location.value_or(shop::location()).text());
        return out.append(1, ' ').append(reference_of(r));
    }
    shop::result<command> make(row&& r) const {
        auto reference = reference_of(r);
        auto const is = reference.empty() ? stock_file::counted : stock_file::delivered;
        if (kind == stock_file::unknown) kind = is;
        if (kind != is) {
            return shop::error(
                shop::error_code::malformed_request,
                is == stock_file::counted
                    ? "reference: is missing, the rows before have one; name the delivery of these by --delivery"
                    : "reference: the rows before have none, so that they are counts");
        }
        if (is == stock_file::delivered) {
            auto const pieces = shop::quantity::from(r.quantity);
            if (!pieces) return refused_quantity(1, shop::limits::quantity_max);
            auto out = command::receive(std::move(r.sku), *pieces);
            out.location = std::move(r.location);
            out.reference = std::move(reference);
            return out;
        }
        if (r.quantity < 0 || r.quantity > shop::limits::stock_count_max) {
            return refused_quantity(0, shop::limits::stock_count_max);
        }
        auto out = command::adjust(std::move(r.sku), 1, "counted");
        out.delta.reset();
        out.set = r.quantity;
        out.location = std::move(r.location);
        out.reference = "count:" + to_string(ids.next(clock.stamp()));
        return out;
    }
    asio::awaitable<std::vector<shop::result<answer>>> send(std::vector<shop::request<command>> requests) const {
        if (kind == stock_file::counted) co_return co_await set(std::move(requests));
        co_return co_await service.record(std::move(requests));
    }
    static void count(answer const& a, import_counts& counts) { ++(a.replayed ? counts.unchanged : counts.created); }
    std::string words(shop::error const& e) const {
        if (e.code() != shop::error_code::idempotency_key_reused) return in_words(e);
        return "this delivery brought another quantity of it already: correct the count by an adjustment";
    }

private:
    static shop::error refused_quantity(std::int64_t least, std::int64_t most) {
        return shop::invalid_at("/quantity", "must be " + std::to_string(least) + " to " + std::to_string(most));
    }

    /// Sets counts to what was counted: each from the count that is there, read again where it changed meanwhile.
    asio::awaitable<std::vector<shop::result<answer>>> set(std::vector<shop::request<command>> requests) const {
        std::vector<shop::result<answer>> answers(requests.size(), shop::error(shop::error_code::stock_changed));
        std::vector<std::size_t> open;
        for (std::size_t i = 0; i < requests.size(); ++i) open.push_back(i);
        for (unsigned attempt = 0; attempt < counts_attempts_max && !open.empty(); ++attempt) {
            auto const read = co_await read_counts(requests, open);
            if (!read) {
                for (auto const i : open) answers[i] = read.error();
                co_return answers;
            }
            std::vector<shop::request<command>> moves;
            std::vector<std::size_t> of;
            for (auto const i : open) {
                auto& c = requests[i].command;
                auto const there = read->find({c.sku, c.location.value_or(shop::location())});
                if (there != read->end() && there->second == *c.set) {
                    answer as_counted;
                    as_counted.replayed = true;
                    answers[i] = std::move(as_counted);
                    continue;
                }
                c.expected = there == read->end() ? 0 : there->second;
                moves.push_back(requests[i]);
                of.push_back(i);
            }
            open.clear();
            if (moves.empty()) break;
            auto moved = co_await service.record(std::move(moves));
            for (std::size_t n = 0; n < of.size(); ++n) {
                if (!moved[n] && moved[n].error().code() == shop::error_code::stock_changed) open.push_back(of[n]);
                answers[of[n]] = std::move(moved[n]);
            }
        }
        co_return answers;
    }

    using place = std::pair<shop::sku, shop::location>;
    asio::awaitable<shop::result<std::map<place, std::int64_t>>> read_counts(
        std::vector<shop::request<command>> const& requests, std::vector<std::size_t> const& open) const {
        std::vector<shop::request<shop::inventory::list_stock>> asked;
        for (std::size_t n = 0; n < open.size(); ++n) {
            if (n % shop::limits::page_items_max == 0) asked.emplace_back(shop::inventory::list_stock());
            asked.back().command.sku.push_back(requests[open[n]].command.sku);
        }
        auto const pages = co_await service.list(std::move(asked));
        std::map<place, std::int64_t> counts;
        for (auto const& page : pages) {
            if (!page) co_return page.error();
            for (auto const& level : page->items) {
                for (auto const& at : level.locations) counts[{level.sku, at.location}] = at.on_hand;
            }
        }
        co_return counts;
    }
};

template <class Import>
class batch {
public:
    batch(Import const& how, shop::scheduler& clock, import_listener const& listener, import_counts& counts)
        : how_(how), clock_(clock), listener_(listener), counts_(counts) {}

    bool full() const {
        return commands_.size() == shop::limits::batch_items_max || refused_.size() == shop::limits::batch_items_max;
    }

    void take(read_row<typename Import::row> read) {
        ++counts_.rows;
        if (!read.row) return refuse(read.line, in_words(read.row.error()));
        auto const [first, is_first] = seen_.try_emplace(how_.identity(*read.row), read.line);
        if (!is_first) return refuse(read.line, "is what line " + std::to_string(first->second) + " is about already");
        auto command = how_.make(std::move(*read.row));
        if (!command) return refuse(read.line, in_words(command.error()));
        commands_.push_back(std::move(*command));
        lines_.push_back(read.line);
    }

    /// Sends what was taken; rows the store had no ear for are sent again, a few times.
    asio::awaitable<shop::result<void>> send() {
        for (unsigned attempt = 1; !commands_.empty(); ++attempt) {
            std::vector<shop::request<typename Import::command>> requests;
            requests.reserve(commands_.size());
            for (auto const& c : commands_) requests.emplace_back(c);
            auto answers = co_await how_.send(std::move(requests));
            auto const trouble = settle(answers);
            if (!trouble) break;
            if (attempt == attempts_max) {
                tell_refused();
                co_return *trouble;
            }
            co_await clock_.sleep_until(clock_.now() + between_attempts.after(attempt));
        }
        lines_.clear();
        tell_refused();
        if (listener_.progress) listener_.progress(counts_);
        co_return shop::result<void>{};
    }

private:
    void refuse(std::uint64_t line, std::string why) {
        ++counts_.bad;
        refused_.emplace_back(line, std::move(why));
    }
    /// In the order of the rows, whoever refused them.
    void tell_refused() {
        std::ranges::sort(refused_);
        for (auto const& [line, why] : refused_) {
            if (listener_.bad_row) listener_.bad_row(line, why);
        }
        refused_.clear();
    }

    /// Counts what was answered for good, and keeps the rest.
    std::optional<shop::error> settle(std::vector<shop::result<typename Import::answer>> const& answers) {
        std::optional<shop::error> trouble;
        std::size_t kept = 0;
        for (std::size_t i = 0; i < answers.size(); ++i) {
            if (answers[i]) {
                Import::count(*answers[i], counts_);
            } else if (passes(answers[i].error())) {
                trouble = answers[i].error();
                if (kept != i) commands_[kept] = std::move(commands_[i]);
                lines_[kept++] = lines_[i];
            } else {
                refuse(lines_[i], how_.words(answers[i].error()));
            }
        }
        commands_.resize(kept);
        if (kept > 0) lines_.resize(kept);
        return trouble;
    }

    Import const& how_;
    shop::scheduler& clock_;
    import_listener const& listener_;
    import_counts& counts_;
    std::vector<typename Import::command> commands_;
    std::vector<std::uint64_t> lines_;
    std::vector<std::pair<std::uint64_t, std::string>> refused_;  // not told yet
    std::unordered_map<std::string, std::uint64_t> seen_;         // the lines of all rows so far
};

template <class Import>
asio::awaitable<shop::result<void>> run(row_file<typename Import::row>& from, Import const& how, shop::scheduler& clock,
                                        import_listener const& listener, import_counts& counts) {
    batch<Import> gathered(how, clock, listener, counts);
    while (auto row = from.next()) {
        gathered.take(std::move(*row));
        if (!gathered.full()) continue;
        if (auto sent = co_await gathered.send(); !sent) co_return sent;
    }
    co_return co_await gathered.send();
}

}  // namespace

asio::awaitable<shop::result<void>> import_rows(row_file<product_row>& from, shop::products::service& into,
                                                shop::scheduler& clock, import_listener const& listener,
                                                import_counts& counts) {
    product_import const how{into};
    co_return co_await run(from, how, clock, listener, counts);
}

asio::awaitable<shop::result<void>> import_rows(row_file<stock_row>& from, shop::inventory::service& into,
                                                std::string delivery, stock_file& kind, shop::id_source& ids,
                                                shop::scheduler& clock, import_listener const& listener,
                                                import_counts& counts) {
    kind = stock_file::unknown;
    stock_import const how{into, std::move(delivery), kind, ids, clock};
    co_return co_await run(from, how, clock, listener, counts);
}

}  // namespace shop_server
