#include <iostream>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <shop/async/scheduler.hpp>
#include <shop/audit.hpp>

#include "commands.hpp"
#include "store_access.hpp"

namespace shop_server {

namespace {

/// A store that is there, or why it cannot be audited.
struct opened_stores {
    shop::result<shop::stores> stores = shop::stores{};
    exit_code refused = exit_ok;
};

opened_stores open_one(settings const& with) {
    if (with.read_store) {
        auto there = with;
        there.store = *std::exchange(there.read_store, std::nullopt);
        return open_one(there);
    }
    if (with.store.which == store_choice::kind::memory) return {{}, refuse({"store: memory: holds nothing to audit"})};
    if (!store_exists(with.store)) {
        std::cerr << "shop-server: " << with.store.place << ": no such store\n";
        return {{}, exit_no_input};
    }
    return {open_with(with, store_use::beside)({shop::system_scheduler(), shop::random_ids()}), exit_ok};
}

opened_stores open_apart(settings const& with, audit_request const& apart) {
    if (apart.order.empty() || apart.inventory.empty()) {
        return {{}, refuse({"order-store and inventory-store: both are needed to audit one against the other"})};
    }
    opened_stores all;
    auto const open = [&](std::string const& name, std::string const& text, auto part) {
        if (text.empty() || all.refused != exit_ok || !all.stores) return;
        auto one = with;
        auto choice = store_from(text);
        if (!choice) {
            all.refused = refuse({name + "-store: must be sqlite:PATH or postgresql://USER@HOST:PORT/DATABASE"});
            return;
        }
        one.store = std::move(*choice);
        one.read_store.reset();
        auto opened = open_one(one);
        if (opened.refused != exit_ok || !opened.stores) {
            all = std::move(opened);
        } else {
            (*all.stores).*part = std::move((*opened.stores).*part);
        }
    };
    open("order", apart.order, &shop::stores::orders);
    open("inventory", apart.inventory, &shop::stores::inventory);
    open("product", apart.product, &shop::stores::products);
    open("notification", apart.notification, &shop::stores::notifications);
    return all;
}

}  // namespace

exit_code audit_store(settings const& with, audit_request const& apart) {
    bool const is_apart = !(apart.order + apart.inventory + apart.product + apart.notification).empty();
    auto const [opened, refused] = is_apart ? open_apart(with, apart) : open_one(with);
    if (refused != exit_ok) return refused;
    shop::result<shop::audit_report> report;
    if (opened) {
        shop::stores const stores = *opened;
        boost::asio::io_context context(1);
        boost::asio::co_spawn(context, shop::audit(stores), [&](std::exception_ptr thrown, auto answer) {
            if (thrown) std::rethrow_exception(thrown);
            report = std::move(answer);
        });
        context.run();
    } else {
        report = opened.error();
    }
    if (!report && report.error().code() == shop::error_code::store_corrupt) {
        // Found while opening, before there was anything to audit.
        std::cout << to_string(shop::violation{shop::violation_kind::corrupt_row, "store",
                                               std::string(report.error().message())})
                  << '\n';
        return exit_failure;
    }
    if (!report) {
        std::cerr << "shop-server: " << report.error().message() << '\n';
        return exit_code_of(report.error());
    }

    for (auto const& v : report->violations) std::cout << to_string(v) << '\n';
    if (report->left_out > 0) std::cout << "and " << report->left_out << " more\n";
    std::cout << "audited " << report->orders << " orders, " << report->events << " events, " << report->keys
              << " keys, " << report->decisions << " decisions, " << report->stock << " stock rows, "
              << report->movements << " movements, " << report->products << " products, " << report->deliveries
              << " deliveries\n";
    if (report->open_operations > 0)
        std::cout << report->open_operations << " open operations: recovery owes them an outcome\n";
    if (report->moving > 0)
        std::cout << report->moving << " suspects changed meanwhile and were not judged: audit again\n";
    auto const violations = report->violations.size() + report->left_out;
    std::cout << (violations == 0 ? "clean" : std::to_string(violations) + " violations") << std::endl;
    return violations == 0 ? exit_ok : exit_failure;
}

}  // namespace shop_server
