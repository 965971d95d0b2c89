#include "notifications/webhook_endpoints.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>

#include <shop/async/pending_results.hpp>
#include <shop/core/idempotency_key.hpp>
#include <shop/core/limits.hpp>
#include <shop/core/pagination_cursor.hpp>
#include <shop/events/cloud_event.hpp>
#include <shop/json/json.hpp>

namespace shop::notifications {
namespace {

using namespace std::chrono_literals;

constexpr auto known_for = 1s;
constexpr std::size_t page_of_scan = 500;
constexpr std::string_view list_name = "webhooks.list";

void want_one(key_set<store_schema>& all, get_endpoint const& read) {
    all.add<endpoint_record>({read.id});
}
result<webhook_endpoint> find_one(loaded_rows<store_schema> const& rows, get_endpoint const& read) {
    auto const* row = rows.find<endpoint_record>({read.id});
    if (row == nullptr) return error(error_code::not_found);
    return rules::view(*row);
}

/// Names a request for ever: its account and key.
std::string name_of(call const& by) {
    return by.by->account + '\n' + by.idempotency_key;
}

}  // namespace

void endpoint_batch::want(keys& all, endpoint_command const& command) const {
    std::visit([&](auto const& one) { rules::want(all, one); }, command);
}

result<webhook_endpoint> endpoint_batch::apply(rows& all, endpoint_command const& command, attempt const& now) const {
    return std::visit([&](auto const& one) { return rules::decide(all, one, now); }, command);
}

bool endpoint_batch::stands(rows const& all, webhook_endpoint const& answer) const {
    auto const* row = all.find<endpoint_record>({answer.id});
    if (row == nullptr) return false;
    auto now = rules::view(*row);
    now.secret = answer.secret;
    return now == answer;
}

webhook_endpoints::webhook_endpoints(std::shared_ptr<store> in, service_context context, webhook_options options)
    : store_(in),
      context_(context),
      options_(std::move(options)),
      deadlines_(context_),
      commands_(in, context_, {}),
      reads_(in, context_, &want_one, &find_one) {}

result<void> webhook_endpoints::may_use(call const& by) const {
    if (!by.by->may_act_for({})) return error(error_code::forbidden, "webhooks are for those who run the shop");
    if (!options_.sender) return error(error_code::not_supported, "this shop sends no webhooks");
    return {};
}

/// Refuses those that cannot be; the others are decided together.
/// @param make `result<endpoint_command>(request<Command> const&)`
template <class Command, class Make>
results<webhook_endpoint> webhook_endpoints::decide_all(requests<Command> asked, Make make) {
    std::vector<result<webhook_endpoint>> answers(asked.size(), webhook_endpoint{});
    requests<endpoint_command> good;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < asked.size(); ++i) {
        auto may = may_use(asked[i].call);
        auto made = may ? make(asked[i]) : result<endpoint_command>(may.error());
        if (!made) {
            answers[i] = made.error();
            continue;
        }
        places.push_back(i);
        good.emplace_back(std::move(asked[i].call), std::move(*made));
    }
    if (good.empty()) co_return answers;
    auto decided = co_await commands_.submit<webhook_endpoint>(std::move(good));
    forget();
    for (std::size_t i = 0; i < places.size(); ++i) answers[places[i]] = std::move(decided[i]);
    co_return answers;
}

results<webhook_endpoint> webhook_endpoints::create(requests<create_endpoint> requests) {
    auto known = co_await all();
    if (!known) co_return std::vector<result<webhook_endpoint>>(requests.size(), known.error());
    auto many = (*known)->size();
    auto const make = [&](request<create_endpoint> const& one) -> result<endpoint_command> {
        if (auto key = check_idempotency_key(one.call.idempotency_key); !key) return key.error();
        if (auto fine = options_.sender->check_url(one.command.url); !fine) return fine.error();
        rules::register_endpoint command;
        command.id = rules::endpoint_id_of(one.call.by->account, one.call.idempotency_key);
        bool const is_there = std::ranges::any_of(**known, [&](auto const& r) { return r.id == command.id; });
        if (!is_there && ++many > limits::webhook_endpoints_max) {
            return error(error_code::invalid_value,
                         "there are " + std::to_string(limits::webhook_endpoints_max) + " endpoints: delete one first");
        }
        command.asked = fingerprint_of(list_name, json::encode(one.command));
        auto secret = options_.sender->draw_secret();
        if (!secret) return secret.error();
        command.secret = std::move(*secret);
        command.command = one.command;
        return endpoint_command(std::move(command));
    };
    co_return co_await decide_all(std::move(requests), make);
}

results<webhook_endpoint> webhook_endpoints::change(requests<change_endpoint> requests) {
    auto const make = [this](request<change_endpoint> const& one) -> result<endpoint_command> {
        if (one.command.url) {
            if (auto fine = options_.sender->check_url(*one.command.url); !fine) return fine.error();
        }
        return endpoint_command(one.command);
    };
    return decide_all(std::move(requests), make);
}

results<noted> webhook_endpoints::remove(requests<remove_endpoint> requests) {
    auto const make = [](request<remove_endpoint> const& one) -> result<endpoint_command> {
        return endpoint_command(one.command);
    };
    auto removed = co_await decide_all(std::move(requests), make);
    std::vector<result<noted>> answers;
    answers.reserve(removed.size());
    for (auto const& one : removed) {
        if (one) {
            answers.emplace_back(noted{});
        } else {
            answers.emplace_back(one.error());
        }
    }
    co_return answers;
}

results<webhook_endpoint> webhook_endpoints::rotate(requests<rotate_secret> requests) {
    auto const make = [this](request<rotate_secret> const& one) -> result<endpoint_command> {
        if (auto key = check_idempotency_key(one.call.idempotency_key); !key) return key.error();
        rules::replace_secret command;
        command.command = one.command;
        command.drawn_for = to_string(uuid_of(fingerprint_of("webhooks.rotate_secret", name_of(one.call))));
        auto secret = options_.sender->draw_secret();
        if (!secret) return secret.error();
        command.secret = std::move(*secret);
        return endpoint_command(std::move(command));
    };
    return decide_all(std::move(requests), make);
}

results<webhook_endpoint> webhook_endpoints::get(requests<get_endpoint> requests) {
    std::vector<result<void>> may;
    for (auto const& one : requests) may.push_back(may_use(one.call));
    auto answers = co_await reads_.submit<webhook_endpoint>(std::move(requests));
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (!may[i]) answers[i] = may[i].error();
    }
    co_return answers;
}

results<page<webhook_endpoint>> webhook_endpoints::list(requests<list_endpoints> requests) {
    auto const answer = [this](request<list_endpoints> const& r) { return list_one(r); };
    return detail::one_by_one<page<webhook_endpoint>>(std::move(requests), *context_.clock, answer);
}

asio::awaitable<result<page<webhook_endpoint>>> webhook_endpoints::list_one(request<list_endpoints> const& asked) {
    if (auto may = may_use(asked.call); !may) co_return may.error();
    auto const limit = page_limit(asked.command.limit);
    if (!limit) co_return limit.error();
    std::optional<key_of<endpoint_record>> after;
    if (asked.command.cursor) {
        auto const place = read_cursor(list_name, *asked.command.cursor);
        if (!place) co_return place.error();
        auto const id = endpoint_id::parse(*place);
        if (!id) co_return bad_cursor();
        after.emplace(*id);
    }
    auto found = co_await store_->scan<endpoint_record>(std::move(after), *limit + 1);
    if (!found) co_return found.error();
    page<webhook_endpoint> out;
    if (found->size() > *limit) {
        found->resize(*limit);
        out.next_cursor = make_cursor(list_name, to_string(found->back().id));
    }
    for (auto const& one : *found) out.items.push_back(rules::view(one));
    co_return out;
}

results<tested_endpoint> webhook_endpoints::test(requests<test_endpoint> requests) {
    auto const all = std::make_shared<pending_results<tested_endpoint>>(requests.size());
    std::vector<steady_time> by;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        by.push_back(requests[i].call.deadline);
        auto work = [](std::shared_ptr<webhook_endpoints> self, std::shared_ptr<pending_results<tested_endpoint>> to,
                       std::size_t at, request<test_endpoint> one) -> asio::awaitable<void> {
            auto tested = co_await self->test_one(one);
            to->give(at, std::move(tested));
        };
        asio::co_spawn(context_.executor, work(shared_from_this(), all, i, std::move(requests[i])),
                       [all, i](std::exception_ptr failed) {
                           if (failed) all->give(i, error(error_code::internal));
                       });
    }
    co_return co_await all->wait(deadlines_, context_.clock->now(), std::move(by), [](std::size_t) {
        tested_endpoint late;  // whatever the receiver would have said, it was too slow
        late.failure = std::string(to_word(webhook_failure::timeout));
        return result<tested_endpoint>(std::move(late));
    });
}

asio::awaitable<result<tested_endpoint>> webhook_endpoints::test_one(request<test_endpoint> const& asked) {
    if (auto may = may_use(asked.call); !may) co_return may.error();
    auto const id = asked.command.id;
    key_set<store_schema> keys;
    keys.add<endpoint_record>({id});
    auto rows = co_await store_->load(std::move(keys));
    if (!rows) co_return rows.error();
    auto const* found = (*rows)->find<endpoint_record>({id});
    if (found == nullptr) co_return error(error_code::not_found);
    auto const now = context_.clock->stamp();
    tested_endpoint said;
    said.id = context_.ids->draw<delivery_id>(now);
    std::vector<webhook_request> one(1);
    one[0].endpoint = to_string(id);
    one[0].url = found->url;
    one[0].id = to_string(said.id);
    one[0].body = events::to_cloud_event(rules::test_event(store_->epoch(), *found, now));
    one[0].secrets = rules::signing_secrets(*found, now);
    auto const responses = co_await options_.sender->post(std::move(one));
    auto const& response = responses.front();
    said.arrived = !response.failure;
    if (response.status) said.status = *response.status;
    if (response.failure) said.failure = std::string(to_word(*response.failure));
    said.took_ms = response.took.count();
    co_return said;
}

asio::awaitable<result<std::shared_ptr<webhook_endpoints::records const>>> webhook_endpoints::all() {
    auto const now = context_.clock->now();
    if (known_ && now - known_at_ < known_for) co_return known_;
    auto const before = changes_;
    auto found = std::make_shared<records>();
    for (;;) {
        std::optional<key_of<endpoint_record>> after;
        if (!found->empty()) after.emplace(found->back().id);
        auto next = co_await store_->scan<endpoint_record>(std::move(after), page_of_scan);
        if (!next) co_return next.error();
        found->insert(found->end(), next->begin(), next->end());
        if (next->size() < page_of_scan) break;
    }
    if (before == changes_) {  // else it may be older than what was changed meanwhile
        known_ = found;
        known_at_ = now;
    }
    co_return found;
}

asio::awaitable<void> webhook_endpoints::note(endpoint_record const& endpoint, std::optional<webhook_failure> failure) {
    rules::note_outcome outcome;
    outcome.id = endpoint.id;
    outcome.failure = failure;
    outcome.failing_max = options_.failing_max;
    auto const now = context_.clock->stamp();
    auto const effect = rules::effect_of(endpoint, outcome, now);
    if (effect == rules::endpoint_effect::nothing) co_return;
    if (effect == rules::endpoint_effect::disables) {
        auto const why = rules::reason_of(outcome);
        auto event = rules::disabled_event(store_->epoch(), endpoint, why, now);
        auto const told = tell_ ? co_await tell_(std::move(event)) : result<void>{};
        if (!told) co_return;  // the next failure disables it: the shop is told of it, or it stays as it is
        context_.log->write(severity::warning, "webhook endpoint disabled",
                            {{"endpoint", to_string(endpoint.id)}, {"reason", std::string(to_word(why))}});
    }
    requests<endpoint_command> one;
    one.emplace_back(endpoint_command(outcome));
    auto const done = co_await commands_.submit<webhook_endpoint>(std::move(one));
    forget();
    if (!done.front() && done.front().error().code() != error_code::not_found) {
        context_.log->write(
            severity::warning, "cannot note what became of a webhook",
            {{"endpoint", to_string(endpoint.id)}, {"reason", std::string(done.front().error().word())}});
    }
}

}  // namespace shop::notifications
