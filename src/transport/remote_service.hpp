#pragma once

#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>

#include <shop/async/operation.hpp>
#include <shop/async/pending_results.hpp>
#include <shop/async/service_context.hpp>
#include <shop/core/limits.hpp>
#include <shop/transport/channel.hpp>
#include <shop/transport/observer.hpp>

#include "item_spans.hpp"
#include "wire.hpp"

namespace shop::transport {

/// What the four remote services have in common: a port function is an operation's name and the types of its row.
class remote_service {
public:
    remote_service(service_context context, std::shared_ptr<channel> over, observer watch)
        : parts_(std::make_shared<parts>(std::move(context), std::move(over), std::move(watch))) {}

protected:
    /// @param table has one row for each type of command
    template <class Command, class Table>
    auto ask(Table const& table, requests<Command> requests) {
        auto const& row = row_for<Command>(table);
        using answer = typename std::remove_cvref_t<decltype(row)>::answer_type;
        return ask_for<answer>(parts_, operation_facts{row.name, row.safety}, std::move(requests));
    }

private:
    struct parts {
        parts(service_context c, std::shared_ptr<channel> o, observer w)
            : context(std::move(c)), over(std::move(o)), watch(std::move(w)), timer(context) {}
        service_context context;
        std::shared_ptr<channel> over;
        observer watch;
        deadlines timer;
    };

    template <class Answer, class Command>
    static results<Answer> ask_for(std::shared_ptr<parts> with, operation_facts facts, requests<Command> requests) {
        auto const now = with->context.clock->now();
        auto const given = std::make_shared<pending_results<Answer>>(requests.size());
        std::vector<outgoing> items;
        std::vector<std::size_t> of;
        std::vector<steady_time> by;
        items.reserve(requests.size());
        of.reserve(requests.size());
        by.reserve(requests.size());
        item_spans spans;
        for (std::size_t i = 0; i < requests.size(); ++i) {
            auto& r = requests[i];
            by.push_back(std::min(r.call.deadline, now + limits::deadline_default));
            // The service answers a little before it is given up here, so that it is its word that counts.
            auto const most = answer_by(by.back(), now);
            if (most <= now) {
                given->give(i, error(error_code::deadline_exceeded));
                continue;
            }
            spans.draw(with->watch, i, r.call);
            items.push_back({write_item(r), most, r.call.trace});
            of.push_back(i);
        }
        if (!items.empty()) {
            asio::co_spawn(with->context.executor, exchange(with, facts, std::move(items), std::move(of), given),
                           [given](std::exception_ptr thrown) {
                               if (thrown) given->give_missing(error(error_code::outcome_unknown));
                           });
        }
        // A named local: g++ 12 destroys a temporary made of a lambda inside `co_await` twice.
        typename pending_results<Answer>::late_answer late = [is_safe = facts.safety ==
                                                                        safety::safe](std::size_t) -> result<Answer> {
            return error(is_safe ? error_code::deadline_exceeded : error_code::outcome_unknown);
        };
        auto all = co_await given->wait(with->timer, now, std::move(by), std::move(late));
        auto const& tell = with->watch.on_answered;
        if (tell) tell({facts.name, failures_of(all), with->context.clock->now() - now, {}, spans.all()});
        co_return all;
    }

    /// Goes on to its end whatever becomes of the caller.
    template <class Answer>
    static asio::awaitable<void> exchange(std::shared_ptr<parts> with, operation_facts facts,
                                          std::vector<outgoing> items, std::vector<std::size_t> of,
                                          std::shared_ptr<pending_results<Answer>> given) {
        auto const lines = co_await with->over->send(facts, std::move(items));
        bool const safe = facts.safety == safety::safe;
        for (std::size_t i = 0; i < of.size(); ++i) {
            if (i >= lines.size()) {
                given->give(of[i], error(error_code::internal));
                continue;
            }
            auto answer = lines[i] ? read_answer<Answer>(*lines[i]) : result<Answer>(lines[i].error());
            // Nothing can have happened: it may simply be asked again.
            if (!answer && safe && answer.error().code() == error_code::outcome_unknown) {
                answer = error(error_code::unavailable, std::string(answer.error().message()));
            }
            given->give(of[i], std::move(answer));
        }
    }

    std::shared_ptr<parts> parts_;
};

}  // namespace shop::transport
