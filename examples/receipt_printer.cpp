// A channel of one's own: each confirmed order is printed as a receipt, as the bytes that an ESC/POS printer takes.
#include <shop/shop.hpp>

#include <chrono>
#include <fstream>
#include <future>
#include <iostream>
#include <iterator>

namespace {

/// Prints at the till; a device such as /dev/usb/lp0, or a file.
class receipt_printer final : public shop::notifications::channel {
public:
    explicit receipt_printer(std::string device) : device_(std::move(device)) {}

    std::string_view name() const override { return "receipt"; }

    shop::notifications::channel_traits traits() const override {
        shop::notifications::channel_traits like;
        like.needs_content = true;
        like.retries = {{std::chrono::seconds(5), std::chrono::minutes(1)}, 0};
        return like;
    }

    // Only what was confirmed is printed, at the one till there is.
    shop::results<std::vector<shop::notifications::recipient>> recipients(
        std::vector<shop::events::event> events) override {
        std::vector<shop::result<std::vector<shop::notifications::recipient>>> found;
        for (auto const& event : events) {
            std::vector<shop::notifications::recipient> till;
            if (event.type == "shop.order.confirmed.v1") till.push_back({"till-1"});
            found.emplace_back(std::move(till));
        }
        co_return found;
    }

    shop::results<void> send(std::vector<shop::notifications::message> messages) override {
        std::vector<shop::result<void>> answers;
        for (auto const& m : messages) {
            std::ofstream printer(device_, std::ios::binary | std::ios::app);
            constexpr char reset[] = "\x1b@", utf8[] = "\x1bt\x1e", cut[] = "\x1d\x56\x41\x10";
            printer << reset << utf8 << m.what.text << cut << std::flush;
            if (printer) {
                answers.emplace_back();
                if (receipts_++ == 0) printed_.set_value();
            } else {
                answers.emplace_back(shop::error(shop::error_code::unavailable, "the printer is off"));
            }
        }
        co_return answers;
    }

    /// Until the first receipt is printed.
    bool wait(std::chrono::seconds longest) {
        return printed_.get_future().wait_for(longest) == std::future_status::ready;
    }

private:
    std::string device_;
    int receipts_ = 0;
    std::promise<void> printed_;
};

}  // namespace

int main() {
    shop::engine_options options;
    options.store = shop::storage::memory();
    auto const printer = std::make_shared<receipt_printer>("receipts.bin");
    options.channels.push_back(printer);
    auto engine = shop::engine::open(std::move(options)).value();
    auto shop = engine.blocking();
    shop.products.create(shop::product_draft("MUG-1", "Mug", shop::eur(1999)).active()).value();
    shop.inventory.receive("MUG-1", 10).value();
    shop.orders.place(shop::place_order("ann").line("MUG-1", 2).key("cart-7")).value();
    if (!printer->wait(std::chrono::seconds(30))) return 1;  // it is printed behind the order's back
    std::ifstream printed("receipts.bin", std::ios::binary);
    std::string const bytes{std::istreambuf_iterator<char>(printed), {}};
    std::cout << bytes.size() << " bytes were printed\n";
    return bytes.find("2 x Mug (MUG-1)") != bytes.npos && bytes.ends_with("\x1d\x56\x41\x10") ? 0 : 1;
}
