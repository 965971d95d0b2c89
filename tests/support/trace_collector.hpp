#pragma once

#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>

#include <shop/http/server.hpp>
#include <shop/json/json.hpp>

namespace shop_test {

/// A collector of traces: it takes spans as OTLP over HTTP, on a port of its own and in a thread of its own.
/// @par Thread safety
/// Shared objects: safe.
class trace_collector {
public:
    trace_collector() {
        auto const bound = server_.listen("127.0.0.1", 0);
        if (!bound) throw std::runtime_error("the collector of traces does not listen");
        url_ = bound->url();
        server_.start();
        thread_ = std::thread([this] { context_.run(); });
    }
    ~trace_collector() {
        context_.stop();
        thread_.join();
    }
    trace_collector(trace_collector const&) = delete;
    trace_collector& operator=(trace_collector const&) = delete;

    std::string const& url() const { return url_; }

    /// The spans below that one, each as the way that leads to it: `shop-gateway edge orders.place > shop-gateway
    /// client ...`.
    std::multiset<std::string> ways_below(std::string const& span) const {
        std::lock_guard const lock(mutex_);
        std::multiset<std::string> out;
        add_ways(span, {}, out);
        return out;
    }
    /// All that came, whatever lies above them.
    std::size_t size() const {
        std::lock_guard const lock(mutex_);
        return below_.size();
    }

private:
    struct told {
        std::string id;
        std::string words;
    };
    class inbox final : public shop::http::handler {
    public:
        explicit inbox(trace_collector& of) : of_(of) {}
        shop::http::asio::awaitable<shop::http::response> handle(shop::http::request const& request) override {
            of_.take(request.body);
            co_return shop::http::response();
        }

    private:
        trace_collector& of_;
    };

    void add_ways(std::string const& above, std::string const& way, std::multiset<std::string>& out) const {
        auto const [from, to] = below_.equal_range(above);
        for (auto at = from; at != to; ++at) {
            auto const next = (way.empty() ? "" : way + " > ") + at->second.words;
            out.insert(next);
            add_ways(at->second.id, next, out);
        }
    }
    void take(std::string_view body) {
        shop::json::tape tape;
        if (!tape.parse(body)) throw std::runtime_error("no JSON: " + std::string(body));
        auto const told_of = *(*tape.root().find("resourceSpans")).begin();
        auto const service = attribute(*told_of.find("resource"), "service.name");
        std::lock_guard const lock(mutex_);
        auto const spans = *(*(*told_of.find("scopeSpans")).begin()).find("spans");
        for (auto const span : spans) {
            auto const text = [&](char const* name) {
                return span.find(name) ? std::string(span.find(name)->as_string()) : "";
            };
            below_.emplace(text("parentSpanId"),
                           told{text("spanId"), service + " " + attribute(span, "hop") + " " + text("name")});
        }
    }
    static std::string attribute(shop::json::value const& of, std::string_view name) {
        auto const attributes = *of.find("attributes");
        for (auto const one : attributes) {
            if (one.find("key")->as_string() == name)
                return std::string(one.find("value")->find("stringValue")->as_string());
        }
        return {};
    }

    mutable std::mutex mutex_;
    std::multimap<std::string, told> below_;
    boost::asio::io_context context_{1};
    inbox inbox_{*this};
    shop::http::server server_{context_.get_executor(), {}, inbox_};
    std::string url_;
    std::thread thread_;
};

}  // namespace shop_test
