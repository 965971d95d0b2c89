#include "channels/mail/mailer.hpp"

#include <csignal>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <shop/async/signal.hpp>

#include "channels/mail/smtp_link.hpp"

namespace shop_server {

namespace {

/// Signals of the process are for its main thread, and a connection that broke is an error, not the end (SIGPIPE).
class without_signals {
public:
    without_signals() {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~without_signals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    without_signals(without_signals const&) = delete;
    without_signals& operator=(without_signals const&) = delete;

private:
    sigset_t before_{};
};

}  // namespace

/// Where a report is waited for; to be touched on its executor only.
struct mail_answer {
    asio::any_io_executor executor;
    shop::signal given;
    mail_report report;
};

struct mailer::waiting {
    outgoing_mail mail;
    std::shared_ptr<mail_answer> answer;

    void reply(mail_report with) {
        auto const executor = answer->executor;
        asio::post(executor, [answer = std::move(answer), with = std::move(with)]() mutable {
            answer->report = std::move(with);
            answer->given.set();
        });
    }
};

mailer::mailer(mailer_options options) : options_(std::move(options)) {
    ::curl_global_init(CURL_GLOBAL_DEFAULT);
    without_signals const inherited;
    for (std::size_t i = 0; i < options_.connections; ++i) threads_.emplace_back([this] { work_until_closed(); });
}

mailer::~mailer() {
    std::deque<std::unique_ptr<waiting>> unsent;
    {
        std::lock_guard lock(mutex_);
        closing_ = true;
        give_up_at_ = std::chrono::steady_clock::now() + options_.stop_max;
        unsent = std::exchange(queue_, {});
    }
    wanted_.notify_all();
    for (auto& one : unsent) one->reply({mail_outcome::not_sent, "the server stops"});
    for (auto& thread : threads_) thread.join();
    ::curl_global_cleanup();
}

asio::awaitable<mail_report> mailer::send(outgoing_mail mail) {
    auto const answer = std::make_shared<mail_answer>();
    answer->executor = co_await asio::this_coro::executor;
    auto job = std::make_unique<waiting>();
    job->mail = std::move(mail);
    job->answer = answer;
    bool full = false;
    {
        std::lock_guard lock(mutex_);
        full = closing_ || queue_.size() >= options_.queue_max;
        if (!full) queue_.push_back(std::move(job));
    }
    if (full) co_return mail_report{mail_outcome::not_sent, "too many mails wait for the mail server"};
    wanted_.notify_one();
    if (!co_await answer->given.wait()) throw boost::system::system_error(asio::error::operation_aborted);
    co_return std::move(answer->report);
}

std::unique_ptr<mailer::waiting> mailer::take(smtp_link& on) {
    std::unique_lock lock(mutex_);
    auto const is_wanted = [this] { return closing_ || !queue_.empty(); };
    if (!on.is_open()) {
        wanted_.wait(lock, is_wanted);
    } else if (!wanted_.wait_until(lock, on.idle_until(), is_wanted)) {
        lock.unlock();
        on.close();
        lock.lock();
        wanted_.wait(lock, is_wanted);
    }
    if (queue_.empty()) return nullptr;
    auto next = std::move(queue_.front());
    queue_.pop_front();
    return next;
}

void mailer::work_until_closed() {
    smtp_link link(options_, give_up_at_);
    while (auto const next = take(link)) next->reply(link.send(next->mail));
}

}  // namespace shop_server
