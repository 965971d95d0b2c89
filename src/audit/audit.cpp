#include <shop/audit.hpp>

#include <shop/notifications/store.hpp>
#include <shop/products/store.hpp>

#include "order_audit.hpp"
#include "stock_audit.hpp"

namespace shop {

namespace {

/// Reads a table only to see that each row is as it was written.
template <class Record>
asio::awaitable<result<std::uint64_t>> count_rows(record_scan<Record>& store, auditing::findings& into) {
    auditing::pages<Record> rows(store, into);
    for (;;) {
        auto more = co_await rows.next();
        if (!more) co_return more.error();
        if (!*more) co_return rows.count();
    }
}

asio::awaitable<result<std::uint64_t>> read_deliveries(notifications::store& store, auditing::order_audit const& orders,
                                                       auditing::findings& into) {
    auditing::pages<notifications::delivery_record> deliveries(store, into);
    for (;;) {
        auto more = co_await deliveries.next();
        if (!more) co_return more.error();
        if (!*more) co_return deliveries.count();
        for (auto const& d : deliveries.rows()) {
            if (d.sku || d.sequence <= orders.version_of(order_id{d.subject})) continue;
            into.about_order(violation_kind::delivery_without_event, order_id{d.subject},
                             "told of version " + std::to_string(d.sequence) + ", which it never had");
        }
    }
}

/// One audit. Not in the frame of its coroutine: of one that large g++ 12 says that it were freed by another function
/// than had allocated it.
class auditor {
public:
    explicit auditor(stores of)
        : of_(std::move(of)),
          stock_(*of_.inventory, findings_, report_),
          orders_(*of_.orders, *of_.inventory, stock_, findings_, report_) {}

    static asio::awaitable<result<audit_report>> run(std::shared_ptr<auditor> self) {
        if (auto done = co_await self->read(); !done) co_return done.error();
        self->stock_.conclude();
        self->orders_.conclude();
        self->findings_.judge(self->report_);
        co_return std::move(self->report_);
    }

private:
    asio::awaitable<result<void>> read() {
        // The logs come first: whatever changes later shows up behind their ends.
        if (auto done = co_await stock_.read_ledger(); !done) co_return done;
        if (auto done = co_await orders_.read_history(); !done) co_return done;
        if (auto done = co_await stock_.read_references(); !done) co_return done;
        if (auto done = co_await stock_.read_stock(); !done) co_return done;
        if (auto done = co_await orders_.read_decisions(); !done) co_return done;
        if (auto done = co_await orders_.read_orders(); !done) co_return done;
        if (auto done = co_await orders_.read_keys(); !done) co_return done;
        if (of_.notifications) {
            auto const deliveries = co_await read_deliveries(*of_.notifications, orders_, findings_);
            if (!deliveries) co_return deliveries.error();
            report_.deliveries = *deliveries;
        }
        if (of_.products) {
            auto const products = co_await count_rows<products::product_record>(*of_.products, findings_);
            if (!products) co_return products.error();
            report_.products = *products;
            auto const hints = co_await count_rows<products::availability_record>(*of_.products, findings_);
            if (!hints) co_return hints.error();
        }
        if (auto done = co_await stock_.note_movement(); !done) co_return done;
        co_return co_await orders_.note_movement();
    }

    stores of_;
    audit_report report_;
    auditing::findings findings_;
    auditing::stock_audit stock_;
    auditing::order_audit orders_;
};

}  // namespace

asio::awaitable<result<audit_report>> audit(stores of) {
    return auditor::run(std::make_shared<auditor>(std::move(of)));
}

}  // namespace shop
