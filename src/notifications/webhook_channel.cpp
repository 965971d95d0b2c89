#include <algorithm>
#include <map>

#include <shop/core/limits.hpp>
#include <shop/events/cloud_event.hpp>

#include "notifications/webhook_endpoints.hpp"

namespace shop::notifications {
namespace {

constexpr std::size_t messages_at_once = 8;  // of one endpoint
constexpr std::size_t endpoints_at_once = 256;

/// What an attempt is recorded with: `refused 500`.
std::string detail_of(webhook_response const& response) {
    auto out = std::string(to_word(*response.failure));
    if (response.status) out += ' ' + std::to_string(*response.status);
    return out;
}

result<void> result_of(webhook_response const& response) {
    if (!response.failure) return {};
    error_details details;
    details.detail = detail_of(response);
    if (*response.failure == webhook_failure::gone) return error(error_code::undeliverable, std::move(details));
    if (response.retry_after) {
        auto const most = std::chrono::seconds(limits::retry_after_max);
        details.retry_after_s = static_cast<std::uint32_t>(std::min(*response.retry_after, most).count());
    }
    auto const code = response.may_have_arrived ? error_code::outcome_unknown : error_code::unavailable;
    return error(code, std::move(details));
}

class webhooks final : public channel {
public:
    explicit webhooks(std::shared_ptr<webhook_endpoints> endpoints) : endpoints_(std::move(endpoints)) {}

    std::string_view name() const override { return "webhook"; }
    channel_traits traits() const override {
        channel_traits of_webhooks;
        of_webhooks.messages_max = messages_at_once;
        of_webhooks.recipients_max = endpoints_at_once;
        of_webhooks.retries = webhook_retries();
        return of_webhooks;
    }

    results<std::vector<recipient>> recipients(std::vector<events::event> events) override {
        auto const all = co_await endpoints_->all();
        std::vector<result<std::vector<recipient>>> found;
        found.reserve(events.size());
        for (auto const& event : events) {
            if (!all) {
                found.emplace_back(all.error());
                continue;
            }
            std::vector<recipient> takers;
            for (auto const& endpoint : **all) {
                if (endpoint.enabled && rules::wants(endpoint, event.type)) takers.push_back({to_string(endpoint.id)});
            }
            found.emplace_back(std::move(takers));
        }
        co_return found;
    }

    results<void> send(std::vector<message> messages) override {
        auto const all = co_await endpoints_->all();
        if (!all) co_return std::vector<result<void>>(messages.size(), all.error());
        std::vector<result<void>> answers(messages.size());
        std::vector<webhook_request> posts;
        std::vector<std::pair<std::size_t, endpoint_record const*>> sent;  // of each post
        auto const now = endpoints_->context().clock->stamp();
        for (std::size_t i = 0; i < messages.size(); ++i) {
            auto const to = find(**all, messages[i].recipient);
            if (!to) {
                answers[i] = to.error();
                continue;
            }
            webhook_request post;
            post.endpoint = messages[i].recipient;
            post.url = (*to)->url;
            post.id = to_string(messages[i].id);
            post.body = events::to_cloud_event(messages[i].event);
            post.secrets = rules::signing_secrets(**to, now);
            posts.push_back(std::move(post));
            sent.emplace_back(i, *to);
        }
        auto const responses = co_await endpoints_->sender().post(std::move(posts));
        std::map<endpoint_record const*, std::optional<webhook_failure>> last;
        for (std::size_t i = 0; i < responses.size(); ++i) {
            answers[sent[i].first] = result_of(responses[i]);
            auto& noted = last.try_emplace(sent[i].second, responses[i].failure).first->second;
            // One that arrived shows that the endpoint lives; `gone` is the receiver's own word.
            if (noted != webhook_failure::gone &&
                (!responses[i].failure || *responses[i].failure == webhook_failure::gone)) {
                noted = responses[i].failure;
            }
        }
        for (auto const& [endpoint, failure] : last) co_await endpoints_->note(*endpoint, failure);
        co_return answers;
    }

private:
    static result<endpoint_record const*> find(webhook_endpoints::records const& all, std::string const& id) {
        auto const wanted = endpoint_id::parse(id);
        auto const at = std::ranges::lower_bound(all, wanted.value_or(endpoint_id{}), {}, &endpoint_record::id);
        if (!wanted || at == all.end() || at->id != *wanted) {
            return error(error_code::undeliverable, "the endpoint was deleted");
        }
        if (!at->enabled) return error(error_code::undeliverable, "the endpoint is disabled");
        return &*at;
    }

    std::shared_ptr<webhook_endpoints> endpoints_;
};

}  // namespace

std::shared_ptr<channel> webhook_channel(std::shared_ptr<webhook_endpoints> endpoints) {
    return std::make_shared<webhooks>(std::move(endpoints));
}

}  // namespace shop::notifications
