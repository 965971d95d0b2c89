#include "channels/webhook/curl_sender.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <new>
#include <thread>
#include <unordered_map>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <shop/async/signal.hpp>
#include <shop/http/tls.hpp>

#include "channels/webhook/attempt.hpp"
#include "channels/webhook/signature.hpp"

namespace shop_server::webhook {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using shop::notifications::webhook_failure;
using shop::notifications::webhook_request;
using shop::notifications::webhook_response;
using clock_type = std::chrono::steady_clock;

constexpr auto addresses_kept = 30s;
constexpr std::size_t hosts_kept_max = 4096;
constexpr std::size_t handles_kept_max = 64;
constexpr auto look_up_again = 50ms;  // when too many names are being looked up

using multi_handle = std::unique_ptr<CURLM, freed_by<curl_multi_cleanup>>;
/// Those that were asked together, and who waits for them.
class batch {
public:
    batch(asio::any_io_executor executor, std::size_t size)
        : responses(size), work_(asio::make_work_guard(executor)), left_(size) {}

    /// On the thread of the sender; once for each.
    void ended(std::size_t index, webhook_response with, std::shared_ptr<batch> self) {
        responses[index] = std::move(with);
        if (--left_ > 0) return;
        auto executor = work_->get_executor();
        asio::post(executor, [self = std::move(self)] {
            self->all_ended.set();
            self->work_.reset();
        });
    }

    std::vector<webhook_response> responses;
    shop::signal all_ended;  ///< on the executor of who waits

private:
    std::optional<asio::executor_work_guard<asio::any_io_executor>> work_;
    std::size_t left_;
};

/// One try, from its turn to its end.
struct try_to_post {
    webhook_request what;
    std::shared_ptr<batch> of;
    std::size_t index = 0;

    std::optional<target> where;
    clock_type::time_point begin, until;
    std::optional<attempt> under_way;
};

/// Failures after which an endpoint is believed to hang or to be away.
bool is_away(webhook_failure why) {
    return why == webhook_failure::timeout || why == webhook_failure::unreachable || why == webhook_failure::unresolved;
}

webhook_response failed(webhook_failure why) {
    webhook_response out;
    out.failure = why;
    return out;
}

}  // namespace

/// The thread, and all that only it touches.
class curl_sender::loop {
public:
    loop(sender_options options, shop::scheduler& clock)
        : options_(std::move(options)), clock_(clock), multi_(curl_multi_init()) {
        if (!multi_) throw std::bad_alloc();
        curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(options_.at_once_max));
        curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
        resolver_.emplace(options_.lookup, [this](std::string const& host, std::vector<asio::ip::address> found) {
            {
                std::lock_guard lock(mutex_);
                looked_up_.emplace_back(host, std::move(found));
            }
            curl_multi_wakeup(multi_.get());
        });
        thread_ = std::thread([this] { run(); });
    }
    ~loop() {
        close();
        thread_.join();
        resolver_.reset();
    }

    /// @return false once it is closed
    bool submit(std::vector<std::unique_ptr<try_to_post>> tries) {
        {
            std::lock_guard lock(mutex_);
            if (closed_) return false;
            std::ranges::move(tries, std::back_inserter(inbox_));
        }
        curl_multi_wakeup(multi_.get());
        return true;
    }
    void close() {
        {
            std::lock_guard lock(mutex_);
            closed_ = true;
        }
        curl_multi_wakeup(multi_.get());
    }

private:
    using owned = std::unique_ptr<try_to_post>;

    struct endpoint {
        std::deque<owned> waiting;
        std::size_t under_way = 0;
        bool is_away = false;  // it hung, or could not be reached, when it was last tried
        bool is_listed = false;
    };
    struct known_host {
        std::vector<asio::ip::address> addresses;
        clock_type::time_point until;
    };

    void run() {
        for (;;) {
            std::vector<owned> fresh;
            std::vector<std::pair<std::string, std::vector<asio::ip::address>>> looked_up;
            bool closed = false;
            {
                std::lock_guard lock(mutex_);
                fresh.swap(inbox_);
                looked_up.swap(looked_up_);
                closed = closed_;
            }
            for (auto& one : fresh) admit(std::move(one));
            if (closed) return end_all();
            for (auto& [host, addresses] : looked_up) take_addresses(host, std::move(addresses));
            give_turns();
            int running = 0;
            curl_multi_perform(multi_.get(), &running);
            take_finished();
            give_turns();
            auto const wait = end_late_lookups();
            curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(wait.count()), nullptr);
        }
    }

    void admit(owned one) {
        auto& of = endpoints_[one->what.endpoint];
        if (of.waiting.size() >= options_.waiting_per_endpoint_max) {
            return end(std::move(one), failed(webhook_failure::overloaded));
        }
        list(one->what.endpoint, of);
        of.waiting.push_back(std::move(one));
    }
    void list(std::string const& id, endpoint& of) {
        if (!std::exchange(of.is_listed, true)) listed_.push_back(id);
    }

    /// One to each endpoint in turn, as long as there is room.
    void give_turns() {
        for (auto left = listed_.size(); left > 0 && under_way_ < options_.at_once_max; --left) {
            auto id = std::move(listed_.front());
            listed_.pop_front();
            auto const at = endpoints_.find(id);
            auto& of = at->second;  // stays while it counts as listed
            while (!of.waiting.empty() && has_room(of)) {
                auto one = std::move(of.waiting.front());
                of.waiting.pop_front();
                ++of.under_way;
                ++under_way_;
                begin(std::move(one));
            }
            of.is_listed = false;
            if (!of.waiting.empty() && of.under_way < most_of(of)) {
                list(id, of);  // the next to have room
            } else if (is_done_with(of)) {
                endpoints_.erase(at);
            }
        }
    }
    std::size_t most_of(endpoint const& of) const { return of.is_away ? 1 : options_.at_once_per_endpoint_max; }
    bool has_room(endpoint const& of) const { return of.under_way < most_of(of) && under_way_ < options_.at_once_max; }
    static bool is_done_with(endpoint const& of) {
        return of.waiting.empty() && of.under_way == 0 && !of.is_away && !of.is_listed;
    }

    void begin(owned one) {
        one->begin = clock_type::now();
        one->until = one->begin + options_.time_max;
        auto where = target::parse(one->what.url, options_.allowed);
        if (!where) return finish(std::move(one), failed(webhook_failure::target_refused));
        one->where = std::move(*where);
        if (auto const& literal = one->where->literal()) {
            std::vector<asio::ip::address> just{*literal};
            return connect(std::move(one), std::move(just));
        }
        auto const known = hosts_.find(one->where->host());
        if (known != hosts_.end() && known->second.until > one->begin) {
            return connect(std::move(one), known->second.addresses);
        }
        auto const& host = one->where->host();
        auto& waiting = unresolved_[host];
        waiting.push_back(std::move(one));
        if (waiting.size() == 1 && !resolver_->start(host)) not_asked_.push_back(host);
    }

    void take_addresses(std::string const& host, std::vector<asio::ip::address> addresses) {
        bool const fine = options_.allowed == targets::any || std::ranges::all_of(addresses, is_public);
        auto const now = clock_type::now();
        if (fine && !addresses.empty()) {
            if (hosts_.size() >= hosts_kept_max) hosts_.clear();
            hosts_[host] = {addresses, now + addresses_kept};
        }
        auto const found = unresolved_.find(host);
        if (found == unresolved_.end()) return;
        auto waiting = std::move(found->second);
        unresolved_.erase(found);
        for (auto& one : waiting) {
            if (addresses.empty()) {
                finish(std::move(one), failed(webhook_failure::unresolved));
            } else if (!fine) {
                finish(std::move(one), failed(webhook_failure::target_refused));
            } else {
                connect(std::move(one), addresses);
            }
        }
    }

    /// @return how long nothing of this can happen
    std::chrono::milliseconds end_late_lookups() {
        auto const now = clock_type::now();
        std::chrono::milliseconds wait = 1s;
        std::erase_if(not_asked_,
                      [&](std::string const& host) { return !unresolved_.contains(host) || resolver_->start(host); });
        if (!not_asked_.empty()) wait = look_up_again;
        for (auto host = unresolved_.begin(); host != unresolved_.end();) {
            auto& waiting = host->second;
            while (!waiting.empty() && waiting.front()->until <= now) {
                auto late = std::move(waiting.front());
                waiting.pop_front();
                finish(std::move(late), failed(webhook_failure::unresolved));
            }
            if (waiting.empty()) {
                host = unresolved_.erase(host);
                continue;
            }
            auto const left = std::chrono::ceil<std::chrono::milliseconds>(waiting.front()->until - now);
            wait = std::min(wait, left);
            ++host;
        }
        return wait;
    }

    void connect(owned one, std::vector<asio::ip::address> addresses) {
        auto const left = std::chrono::floor<std::chrono::milliseconds>(one->until - clock_type::now());
        auto const head = sign(one->what.id, clock_.stamp(), one->what.body, one->what.secrets);
        if (left.count() < 1 || !head) return finish(std::move(one), failed(webhook_failure::timeout));
        attempt::route to{std::move(*one->where), std::move(addresses), options_.allowed, options_.trust};
        try {
            one->under_way.emplace(fresh_handle(), one->what, *head, std::move(to), left);
        } catch (std::exception const&) {
            return finish(std::move(one), failed(webhook_failure::overloaded));
        }
        auto* const easy = one->under_way->handle();
        under_way_here_.emplace(easy, std::move(one));
        curl_multi_add_handle(multi_.get(), easy);
    }
    easy_handle fresh_handle() {
        if (!handles_.empty()) {
            auto out = std::move(handles_.back());
            handles_.pop_back();
            return out;
        }
        easy_handle out(curl_easy_init());
        if (!out) throw std::bad_alloc();
        return out;
    }

    void take_finished() {
        int left = 0;
        while (auto const* message = curl_multi_info_read(multi_.get(), &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            auto* const easy = message->easy_handle;
            auto const code = message->data.result;
            auto const found = under_way_here_.find(easy);
            auto one = std::move(found->second);
            under_way_here_.erase(found);
            curl_multi_remove_handle(multi_.get(), easy);
            auto response = one->under_way->response(code);
            if (handles_.size() < handles_kept_max) handles_.push_back(one->under_way->take_handle());
            finish(std::move(one), std::move(response));
        }
    }

    /// One that had its turn.
    void finish(owned one, webhook_response response) {
        auto const id = one->what.endpoint;
        response.took = std::chrono::floor<std::chrono::milliseconds>(clock_type::now() - one->begin);
        auto const at = endpoints_.find(id);
        auto& of = at->second;
        --of.under_way;
        --under_way_;
        of.is_away = response.failure && is_away(*response.failure);
        if (!of.waiting.empty()) {
            list(id, of);
        } else if (is_done_with(of)) {
            endpoints_.erase(at);
        }
        end(std::move(one), std::move(response));
        forget_those_away();
    }
    static void end(owned one, webhook_response response) {
        auto of = std::move(one->of);
        auto const index = one->index;
        one.reset();
        auto* to = of.get();
        to->ended(index, std::move(response), std::move(of));
    }
    /// They are remembered to be given little, not for ever.
    void forget_those_away() {
        if (endpoints_.size() < hosts_kept_max) return;
        std::erase_if(endpoints_, [](auto const& one) {
            return one.second.under_way == 0 && one.second.waiting.empty() && !one.second.is_listed;
        });
    }

    void end_all() {
        auto const cut_off = [](bool was_sent) {
            auto out = failed(webhook_failure::timeout);
            out.may_have_arrived = was_sent;
            return out;
        };
        for (auto& [easy, one] : under_way_here_) {
            curl_multi_remove_handle(multi_.get(), easy);
            end(std::move(one), cut_off(true));
        }
        under_way_here_.clear();
        for (auto& [host, waiting] : unresolved_) {
            for (auto& one : waiting) end(std::move(one), cut_off(false));
        }
        unresolved_.clear();
        for (auto& [id, of] : endpoints_) {
            for (auto& one : of.waiting) end(std::move(one), cut_off(false));
        }
        endpoints_.clear();
        handles_.clear();
    }

    sender_options const options_;
    shop::scheduler& clock_;

    std::mutex mutex_;
    std::vector<owned> inbox_;
    std::vector<std::pair<std::string, std::vector<asio::ip::address>>> looked_up_;
    bool closed_ = false;

    multi_handle multi_;
    std::unordered_map<CURL*, owned> under_way_here_;
    std::vector<easy_handle> handles_;
    std::map<std::string, endpoint> endpoints_;
    std::deque<std::string> listed_;  // endpoints that may have a turn to give
    std::unordered_map<std::string, std::deque<owned>> unresolved_;
    std::vector<std::string> not_asked_;
    std::unordered_map<std::string, known_host> hosts_;
    std::size_t under_way_ = 0;
    std::optional<resolver> resolver_;
    std::thread thread_;
};

shop::result<std::shared_ptr<curl_sender>> curl_sender::open(sender_options options, shop::scheduler& clock) {
    if (!options.trust.empty()) {
        auto const read = shop::http::tls_trust::read(options.trust);
        if (!read) return read.error();
    }
    static bool const is_ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    if (!is_ready) return shop::error(shop::error_code::unavailable, "libcurl cannot be used");
    return std::shared_ptr<curl_sender>(new curl_sender(std::move(options), clock));
}

curl_sender::curl_sender(sender_options options, shop::scheduler& clock)
    : allowed_(options.allowed), loop_(std::make_unique<loop>(std::move(options), clock)) {}

curl_sender::~curl_sender() = default;

void curl_sender::close() {
    loop_->close();
}

shop::result<void> curl_sender::check_url(std::string_view url) const {
    auto const read = target::parse(url, allowed_);
    if (!read) return read.error();
    return {};
}

shop::result<std::string> curl_sender::draw_secret() {
    return webhook::draw_secret();
}

asio::awaitable<std::vector<webhook_response>> curl_sender::post(std::vector<webhook_request> requests) {
    if (requests.empty()) co_return std::vector<webhook_response>{};
    auto executor = co_await asio::this_coro::executor;
    auto const all = std::make_shared<batch>(executor, requests.size());
    std::vector<std::unique_ptr<try_to_post>> tries;
    tries.reserve(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
        auto one = std::make_unique<try_to_post>();
        one->what = std::move(requests[i]);
        one->of = all;
        one->index = i;
        tries.push_back(std::move(one));
    }
    if (!loop_->submit(std::move(tries))) {
        co_return std::vector<webhook_response>(requests.size(), failed(webhook_failure::overloaded));
    }
    if (co_await all->all_ended.wait()) co_return std::move(all->responses);
    auto nobody_knows = failed(webhook_failure::timeout);  // who waited was cancelled; what is under way goes on
    nobody_knows.may_have_arrived = true;
    co_return std::vector<webhook_response>(all->responses.size(), std::move(nobody_knows));
}

}  // namespace shop_server::webhook
