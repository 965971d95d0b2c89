#include "import/importer.hpp"

#include <array>
#include <chrono>

#include <shop/core/fingerprint.hpp>
#include <shop/core/limits.hpp>

namespace shop_server {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr unsigned attempts_max = 6;
constexpr std::chrono::milliseconds first_pause = 100ms;

/// Whether the store had a bad moment, and the same request may go through later.
bool passes(shop::error const& e) {
    return e.retryable() && (e.kind() == shop::error_kind::unavailable || e.kind() == shop::error_kind::timeout);
}

/// What differs between the imports: how a row becomes a command, and what an answer counts as.
struct product_import {
    using row = product_row;
    using command = shop::products::import_product;
    using answer = shop::products::imported;

    shop::products::service& service;

    command make(row&& r, std::uint64_t) const {
        shop::products::product_draft draft(std::move(r.sku), std::move(r.name), shop::money(r.price, r.currency));
        draft.description = std::move(r.description);
        draft.status = r.status;
        draft.tags = std::move(r.tags);
        return command(std::move(draft));
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
};

struct stock_import {
    using row = stock_row;
    using command = shop::inventory::record_movement;
    using answer = shop::inventory::recorded;

    shop::inventory::service& service;
    std::string prefix;

    command make(row&& r, std::uint64_t line) const {
        auto out = command::receive(std::move(r.sku), r.quantity);
        out.location = std::move(r.location);
        out.reference = r.reference ? std::move(*r.reference) : prefix + ":" + std::to_string(line);
        return out;
    }
    asio::awaitable<std::vector<shop::result<answer>>> send(std::vector<shop::request<command>> requests) const {
        co_return co_await service.record(std::move(requests));
    }
    static void count(answer const& a, import_counts& counts) { ++(a.replayed ? counts.unchanged : counts.created); }
};

template <class Import>
class batch {
public:
    batch(Import const& how, shop::scheduler& clock, import_listener const& listener, import_counts& counts)
        : how_(how), clock_(clock), listener_(listener), counts_(counts) {}

    bool full() const { return commands_.size() == shop::limits::batch_items_max; }

    void take(read_row<typename Import::row> read) {
        ++counts_.rows;
        if (!read.row) return refuse(read.line, read.row.error());
        commands_.push_back(how_.make(std::move(*read.row), read.line));
        lines_.push_back(read.line);
    }

    /// Sends what was taken; rows the store had no ear for are sent again, a few times.
    asio::awaitable<shop::result<void>> send() {
        auto pause = first_pause;
        for (unsigned attempt = 1; !commands_.empty(); ++attempt) {
            std::vector<shop::request<typename Import::command>> requests;
            requests.reserve(commands_.size());
            for (auto const& c : commands_) requests.emplace_back(c);
            auto answers = co_await how_.send(std::move(requests));
            auto const trouble = settle(answers);
            if (!trouble) break;
            if (attempt == attempts_max) co_return *trouble;
            co_await clock_.sleep_until(clock_.now() + pause);
            pause *= 2;
        }
        lines_.clear();
        if (listener_.progress) listener_.progress(counts_);
        co_return shop::result<void>{};
    }

private:
    void refuse(std::uint64_t line, shop::error const& why) {
        ++counts_.bad;
        if (listener_.bad_row) listener_.bad_row(line, in_words(why));
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
                refuse(lines_[i], answers[i].error());
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
                                                std::string reference_prefix, shop::scheduler& clock,
                                                import_listener const& listener, import_counts& counts) {
    stock_import const how{into, std::move(reference_prefix)};
    co_return co_await run(from, how, clock, listener, counts);
}

std::string hash_of(std::istream& file) {
    std::string so_far;
    std::array<char, 64 * 1024> piece;
    do {
        file.read(piece.data(), piece.size());
        so_far.append(piece.data(), static_cast<std::size_t>(file.gcount()));
        auto const hash = shop::fingerprint_of("import", so_far);
        so_far.assign(hash.begin(), hash.end());
    } while (file);
    std::string out;
    for (unsigned char const byte : so_far) {
        constexpr std::string_view digits = "0123456789abcdef";
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

}  // namespace shop_server
