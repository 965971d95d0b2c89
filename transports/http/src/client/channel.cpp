#include <shop/http/channel.hpp>

#include <algorithm>
#include <iterator>

#include <shop/http/limits.hpp>
#include <shop/http/problem.hpp>
#include <shop/transport/message.hpp>

#include "rest/path.hpp"

namespace shop::http {
namespace {

using transport::outgoing;
using lines = std::vector<result<std::string>>;

constexpr std::string_view ndjson = "application/x-ndjson";

class over_http final : public transport::channel {
public:
    over_http(service_context context, std::shared_ptr<client> over, std::function<std::string()> credential)
        : context_(std::move(context)), over_(std::move(over)), credential_(std::move(credential)) {}

    asio::awaitable<lines> send(transport::operation_facts operation, std::vector<outgoing> items) override {
        lines answers;
        answers.reserve(items.size());
        while (!items.empty()) {
            auto rest = split_off(items);
            auto some = co_await send_some(operation, std::move(items));
            std::move(some.begin(), some.end(), std::back_inserter(answers));
            items = std::move(rest);
        }
        co_return answers;
    }

private:
    /// Leaves in `items` what one message can hold. @return the others
    static std::vector<outgoing> split_off(std::vector<outgoing>& items) {
        std::size_t bytes = 0, count = 0;
        for (auto const& item : items) {
            bytes += item.text.size() + 64;
            if (count > 0 && bytes > internal_body_bytes_max) break;
            ++count;
        }
        auto const at = items.begin() + static_cast<std::ptrdiff_t>(count);
        std::vector<outgoing> rest(std::make_move_iterator(at), std::make_move_iterator(items.end()));
        items.erase(at, items.end());
        return rest;
    }

    asio::awaitable<lines> send_some(transport::operation_facts operation, std::vector<outgoing> items) {
        auto const now = context_.clock->now();
        auto const count = items.size();
        lines answers(count, error(error_code::deadline_exceeded));
        std::vector<std::size_t> of;
        std::vector<outgoing> in_time;
        auto last = now;
        for (std::size_t i = 0; i < count; ++i) {
            if (items[i].deadline <= now) continue;  // whoever asked has been answered
            last = std::max(last, items[i].deadline);
            of.push_back(i);
            in_time.push_back(std::move(items[i]));
        }
        if (of.empty()) co_return answers;
        client_request message;
        message.method = "POST";
        message.target = internal_path;
        message.target += operation.name;
        message.headers.emplace_back("Authorization", credential_());
        message.headers.emplace_back("Content-Type", std::string(ndjson));
        if (!in_time.front().trace.empty()) message.headers.emplace_back("traceparent", in_time.front().trace);
        message.body = transport::join_items(in_time, now);
        auto const answer = co_await over_->exchange(std::move(message), last);
        give(answer, of, answers);
        co_return answers;
    }

    static void give(result<client_response> const& answer, std::vector<std::size_t> const& of, lines& to) {
        auto const all = [&](error const& e) {
            for (auto i : of) to[i] = e;
        };
        if (!answer) return all(answer.error());
        switch (answer->status) {
            case 200: {
                auto const told = transport::split_lines(answer->body, of.size());
                if (!told) return all(told.error());
                for (std::size_t n = 0; n < of.size(); ++n) to[of[n]] = std::string((*told)[n]);
                return;
            }
            case 401:
                return all(error(error_code::internal, "the service does not accept our credential"));
            case 403:
                return all(error(error_code::internal, "the service does not let our role ask for this"));
            case 404:
                return all(error(error_code::unavailable,
                                 "the service does not have this operation: it may be of an older version"));
            case 503:
                return all(error(error_code::overloaded));
            default:
                return all(
                    error(error_code::outcome_unknown, "the service answered the message with a status of its own"));
        }
    }

    service_context context_;
    std::shared_ptr<client> over_;
    std::function<std::string()> credential_;
};

}  // namespace

std::shared_ptr<transport::channel> client_channel(service_context context, std::shared_ptr<client> over,
                                                   std::function<std::string()> credential) {
    return std::make_shared<over_http>(std::move(context), std::move(over), std::move(credential));
}

admission internal_api::admit(request const& head) {
    admission out;
    auto const operation =
        head.path.starts_with(internal_path) ? head.path.substr(internal_path.size()) : std::string_view();
    if (auto const refused = judge_(head, operation)) {
        out.answer = problem(*refused, head);
        if (refused->code() == error_code::unauthenticated)
            out.answer->add("WWW-Authenticate", "Bearer realm=\"shop services\"");
    } else if (!to_->offers(operation)) {
        out.answer = problem(error(error_code::not_found, "this service has no such operation"), head);
    } else if (head.method != "POST") {
        out.answer = detail::answer_by_methods(head, "POST, OPTIONS");
    } else if (head.find("Content-Type").value_or(std::string_view{}) != ndjson) {
        out.answer =
            problem(refusal::unsupported_media_type, "send the items as `Content-Type: application/x-ndjson`", head);
    }
    // Of items that each fit, one may stand alone beyond the limit of a message.
    out.body_bytes_max = internal_body_bytes_max + limits::body_bytes_max;
    return out;
}

asio::awaitable<response> internal_api::handle(request const& request) {
    auto answer = co_await to_->receive(request.path.substr(internal_path.size()), request.body);
    if (!answer) co_return problem(answer.error(), request);
    response out(200, std::move(*answer));
    out.content_type(ndjson);
    co_return out;
}

}  // namespace shop::http
