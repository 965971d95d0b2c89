#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "http_client.hpp"
#include "store_place.hpp"
#include "support/scratch.hpp"
#include "support/shop_server.hpp"

namespace shop_test {

/// One shop-server process of some role, which can be killed and started again on its port.
class role_process {
public:
    role_process(std::string role, std::vector<std::string> settings)
        : role_(std::move(role)), settings_(std::move(settings)) {
        start();
    }

    void start() {
        std::vector<std::string> command{SHOP_SERVER, "serve", role_, "--listen", "127.0.0.1:" + std::to_string(port_)};
        command.insert(command.end(), settings_.begin(), settings_.end());
        auto next = std::make_unique<shop_test::process>(std::move(command));
        std::string const greeting = "listening on http://127.0.0.1:";
        if (!next->wait_for_out("\n") || next->out().rfind(greeting, 0) != 0) {
            throw std::runtime_error(role_ + " does not start: " + next->out() + next->err());
        }
        port_ = static_cast<unsigned short>(std::stoi(next->out().substr(greeting.size())));
        if (process_) earlier_ += process_->err();
        process_ = std::move(next);
    }
    void kill() {
        process_->signal(SIGKILL);
        process_->wait();
    }
    /// Asks it to stop; its exit code.
    int stop() {
        process_->signal(SIGTERM);
        return process_->wait();
    }

    std::string const& role() const { return role_; }
    unsigned short port() const { return port_; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    /// Of all its lives.
    std::string log() const { return earlier_ + process_->err(); }
    shop_test::process& process() { return *process_; }

private:
    std::string role_;
    std::vector<std::string> settings_;
    unsigned short port_ = 0;
    std::unique_ptr<shop_test::process> process_;
    std::string earlier_;
};

/// The stores of the four services, as `stack:PRODUCT INVENTORY ORDER NOTIFICATION`.
struct stack_stores {
    std::string product, inventory, order, notification;

    explicit stack_stores(std::string const& text) {
        std::string* const parts[]{&product, &inventory, &order, &notification};
        std::size_t from = text.find(':') + 1;
        for (auto* part : parts) {
            auto const end = std::min(text.find(' ', from), text.size());
            *part = text.substr(from, end - from);
            from = end + 1;
        }
    }
    std::vector<std::string> audit_command() const {
        return {"audit", "--product-store",      product,     "--inventory-store", inventory, "--order-store",
                order,   "--notification-store", notification};
    }
};

/// Where a role is told that a service is, instead of at its addresses.
using detour =
    std::function<std::string(std::string const& role, std::string const& service, std::string const& addresses)>;

/// The shop as processes: the four services, each on its store, and the gateway in front.
class stack {
public:
    /// @param stores see `stack_stores`
    /// @param copies of each role
    /// @param more settings for all
    /// @param by what leads from one role to another, if not the straight way
    explicit stack(std::string const& stores, int copies = 1, std::vector<std::string> more = {}, detour by = {})
        : stores_(stores), more_(std::move(more)), by_(std::move(by)) {
        for (auto const* role : {"gateway", "inventory", "order"}) write_secret(role, secret_of(role) + '\n');
        secrets_.write("callers", callers());

        start_all("product", copies, {"--store", stores_.product});
        start_all("notification", copies, {"--store", stores_.notification});
        start_all("inventory", copies, {"--store", stores_.inventory}, {"product", "notification"});
        start_all("order", copies, {"--store", stores_.order}, {"product", "inventory", "notification"});
        start_all("gateway", 1, {}, {"product", "inventory", "order", "notification"});
        wait_until_ready();
    }

    role_process& of(std::string const& role, std::size_t which = 0) { return *roles_.at(role).at(which); }
    unsigned short port() const { return roles_.at("gateway").front()->port(); }
    http_client client() const { return http_client(port()); }
    stack_stores const& stores() const { return stores_; }
    /// The secret by which services know a role.
    static std::string secret_of(std::string const& role) { return "the-secret-of-the-" + role + "-of-this-test"; }
    /// A file `service-callers` with their SHA-256.
    static std::string callers() {
        return "gateway sha256:48a50874f73192c0b12dea95227125761444c0df00b4c9563e9043e76b6c5d52\n"
               "inventory sha256:4a3a3a6ea90b5813fdbbf04636c0d49bbb267c2ae58ba9b3970abbe8247ec548\n"
               "order sha256:684d9c5e4d4632a38635d262e7af246ee011f1ee50a8eb31c16627880254d21c\n";
    }
    static std::string secret_header(std::string const& role) {
        return "Authorization: Bearer " + secret_of(role) + "\r\n";
    }
    std::string log() const {
        std::string all;
        for (auto const& [role, some] : roles_) {
            for (auto const& one : some) all += one->log();
        }
        return all;
    }

    void wait_until_ready() {
        auto gateway = client();
        while (gateway.get("/readyz").status != 200) std::this_thread::yield();
    }

    /// Asks all to stop, the gateway first; 0 if each ends with 0.
    int stop() {
        int worst = 0;
        for (auto const* role : {"gateway", "order", "inventory", "notification", "product"}) {
            for (auto const& one : roles_.at(role)) {
                if (auto const code = one->stop(); code != 0) worst = code;
            }
        }
        return worst;
    }

private:
    void start_all(std::string const& role, int copies, std::vector<std::string> settings,
                   std::vector<std::string> const& services = {}) {
        for (auto const& service : services) {
            auto const addresses = addresses_of(service);
            settings.insert(settings.end(), {"--" + service, by_ ? by_(role, service, addresses) : addresses});
        }
        settings.insert(settings.end(), more_.begin(), more_.end());
        if (!services.empty()) settings.insert(settings.end(), {"--service-credentials", secrets_.file(role)});
        if (role != "gateway") settings.insert(settings.end(), {"--service-callers", secrets_.file("callers")});
        for (int n = 0; n < copies; ++n) roles_[role].push_back(std::make_unique<role_process>(role, settings));
    }
    void write_secret(std::string const& name, std::string const& text) const {
        int const file = ::open(secrets_.file(name).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (file < 0 || ::write(file, text.data(), text.size()) < 0) throw std::runtime_error("no secret");
        ::close(file);
    }
    std::string addresses_of(std::string const& role) const {
        std::string all;
        for (auto const& one : roles_.at(role)) all += (all.empty() ? "" : ",") + one->url();
        return all;
    }

    scratch secrets_;
    stack_stores stores_;
    std::vector<std::string> more_;
    detour by_;
    std::map<std::string, std::vector<std::unique_ptr<role_process>>> roles_;
};

}  // namespace shop_test
