#include <filesystem>
#include <fstream>
#include <iostream>

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <shop/async/scheduler.hpp>
#include <shop/core/idempotency_key.hpp>
#include <shop/engine/known_skus.hpp>
#include <shop/inventory/make_service.hpp>
#include <shop/products/make_service.hpp>

#include "commands.hpp"
#include "import/importer.hpp"
#include "import/progress.hpp"
#include "store_access.hpp"

namespace shop_server {

namespace asio = boost::asio;

namespace {

constexpr std::uint64_t bad_rows_shown_max = 100;

exit_code fail(exit_code how, std::string const& what) {
    std::cerr << "shop-server: " << what << '\n';
    return how;
}

/// One run over one file.
template <class Row>
class import_run {
public:
    import_run(std::ifstream& file, file_format format, std::uint64_t bytes, bool on_terminal)
        : file_(file), rows_(file, format), bar_(std::cerr, on_terminal, bytes) {
        listener_.bad_row = [this](std::uint64_t line, std::string const& why) { show(line, why); };
        listener_.progress = [this](import_counts const& counts) {
            auto const at = file_.tellg();
            bar_.show(at < 0 ? UINT64_MAX / 100 : static_cast<std::uint64_t>(at), counts);
        };
    }

    std::optional<std::string> open() { return rows_.open(); }

    /// @param words says, when it is done, what became of the rows that are new.
    /// @param start begins the import: rows, listener and counts in, an awaitable out.
    template <class Words, class Start>
    exit_code run(asio::io_context& context, Words words, Start start) {
        shop::result<void> outcome;
        asio::co_spawn(context, start(rows_, listener_, counts_), [&](std::exception_ptr thrown, auto answer) {
            if (thrown) std::rethrow_exception(thrown);
            outcome = std::move(answer);
        });
        context.run();
        bar_.clear();
        if (counts_.bad > bad_rows_shown_max) {
            std::cerr << "and " << counts_.bad - bad_rows_shown_max << " more bad rows\n";
        }
        std::string const became = words();  // may say more to standard error, before the line below
        std::cout << counts_.rows << " rows: " << counts_.created << became;
        if constexpr (std::is_same_v<Row, product_row>) std::cout << counts_.updated << " updated, ";
        std::cout << counts_.unchanged << " unchanged, " << counts_.bad << " bad" << std::endl;
        if (!outcome) {
            auto const why = outcome.error();
            return fail(exit_code_of(why), std::string(why.message()) + "; not everything was imported, run it again");
        }
        if (file_.bad()) return fail(exit_io, "the file could not be read to its end");
        return counts_.bad > 0 ? exit_failure : exit_ok;
    }

private:
    void show(std::uint64_t line, std::string const& why) {
        if (shown_ == bad_rows_shown_max) return;
        ++shown_;
        bar_.clear();
        std::cerr << "line " << line << ": " << why << '\n';
    }

    std::ifstream& file_;
    row_file<Row> rows_;
    progress_bar bar_;
    import_listener listener_;
    import_counts counts_;
    std::uint64_t shown_ = 0;  // bad rows
};

/// What a request says beside the file, or why it cannot be meant.
std::optional<std::string> refuse_request(import_request const& request) {
    if (request.what != import_request::kind::stock && !(request.delivery + request.product_store).empty()) {
        return "--delivery, --product-store: are for import stock";
    }
    if (!request.delivery.empty() && !shop::check_idempotency_key(request.delivery)) {
        return "--delivery: must be 1 to 255 printable ASCII characters";
    }
    if (request.product_store.empty()) return std::nullopt;
    auto const choice = store_from(request.product_store);
    if (choice && choice->which != store_choice::kind::memory) return std::nullopt;
    return "--product-store: must be sqlite:PATH or postgresql://USER@HOST:PORT/DATABASE";
}

/// The store of the products, where they have one of their own.
shop::result<shop::stores> open_products(import_request const& request, settings const& with) {
    auto apart = with;
    apart.store = *store_from(request.product_store);
    return open_with(apart, store_use::beside)({shop::system_scheduler(), shop::random_ids()});
}

}  // namespace

exit_code import_file(import_request const& request, settings const& with) {
    if (with.store.which == store_choice::kind::memory) {
        return refuse({"store: what is imported into memory: is gone when the import ends"});
    }
    if (auto const why = refuse_request(request)) return fail(exit_usage, *why);
    auto const format = request.format ? request.format : format_of(request.path);
    if (!format) return fail(exit_usage, request.path + ": CSV or JSON Lines? Say --format csv or --format jsonl");
    if (std::filesystem::is_directory(request.path))
        return fail(exit_no_input, request.path + ": is a folder, not a file");
    std::ifstream file(request.path, std::ios::binary);
    if (!file) return fail(exit_no_input, request.path + ": cannot be read");
    file.seekg(0, std::ios::end);
    auto const bytes = file.tellg();
    file.seekg(0);
    if (bytes < 0 || !file) return fail(exit_no_input, request.path + ": is not a file that can be read twice");

    auto opened = open_with(with, store_use::beside)({shop::system_scheduler(), shop::random_ids()});
    if (!opened) return fail(exit_code_of(opened.error()), std::string(opened.error().message()));

    asio::io_context context(1);
    auto& clock = shop::system_scheduler();
    shop::service_context const services{context.get_executor(), &clock, &shop::random_ids()};
    bool const on_terminal = ::isatty(STDERR_FILENO) == 1;
    auto const size = static_cast<std::uint64_t>(bytes);
    auto const refuse_file = [&](std::string const& why) { return fail(exit_bad_data, request.path + ": " + why); };

    if (request.what == import_request::kind::products) {
        import_run<product_row> import(file, *format, size, on_terminal);
        if (auto why = import.open()) return refuse_file(*why);
        auto service = shop::products::make_service({opened->products, services});
        return import.run(
            context, [] { return " created, "; },
            [&](auto& rows, auto const& listener, auto& counts) {
                return import_rows(rows, *service, clock, listener, counts);
            });
    }
    import_run<stock_row> import(file, *format, size, on_terminal);
    if (auto why = import.open()) return refuse_file(*why);
    shop::inventory::sku_check is_known;
    if (with.unknown_skus == shop::unknown_skus::refuse) {
        auto const catalogue = request.product_store.empty() ? opened : open_products(request, with);
        if (!catalogue) return fail(exit_code_of(catalogue.error()), std::string(catalogue.error().message()));
        is_known = shop::skus_of(shop::products::make_service({catalogue->products, services}));
    }
    auto service = shop::inventory::make_service({opened->inventory, services, {}, std::move(is_known)});
    auto kind = stock_file::unknown;
    auto const words = [&] {
        if (kind != stock_file::counted) return " received, ";
        std::cerr
            << "the file names no delivery: its rows were taken for counts, and the stock was set to them. To add what "
               "came in, name the delivery: --delivery NAME, or a column reference\n";
        return " set, ";
    };
    return import.run(context, words, [&](auto& rows, auto const& listener, auto& counts) {
        return import_rows(rows, *service, request.delivery, kind, shop::random_ids(), clock, listener, counts);
    });
}

}  // namespace shop_server
