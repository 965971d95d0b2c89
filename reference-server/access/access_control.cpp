#include "access/access_control.hpp"

#include <shop/http/client.hpp>
#include <shop/http/problem.hpp>
#include <shop/http/uri.hpp>

namespace shop_server {

using shop::http::access_decision;
using shop::http::request;

namespace {

shop::error named(std::string_view setting, shop::error const& why) {
    return shop::error(why.code(), std::string(setting) + ": " + std::string(why.message()));
}

/// Fetches the keys of an issuer.
asio::awaitable<shop::result<std::string>> fetch(asio::any_io_executor executor, shop::scheduler& clock,
                                                 std::string url) {
    auto const path = url.find('/', url.find("://") + 3);
    auto const to = shop::http::origin::parse(url.substr(0, path));
    if (!to) co_return to.error();
    shop::http::client_options options;
    options.answer_body_bytes_max = jwks_bytes_max;
    shop::http::client client(executor, *to, options);
    shop::http::client_request question;
    if (path != url.npos) question.target = url.substr(path);
    question.headers.emplace_back("Accept", "application/json");
    auto answer = co_await client.exchange(std::move(question), clock.now() + jwks_fetch_max);
    if (!answer) co_return answer.error();
    if (answer->status != 200)
        co_return shop::error(shop::error_code::unavailable, "the issuer answered another status than 200");
    co_return std::move(answer->body);
}

bool has_token_in_query(request const& head) {
    if (head.query.find("access_token") == head.query.npos && head.query.find("api_key") == head.query.npos)
        return false;
    auto const parameters = shop::http::query_parameters(head.query);
    if (!parameters) return false;  // refused for what it is, a little later
    for (auto const& [name, value] : *parameters) {
        if (name == "access_token" || name == "api_key") return true;
    }
    return false;
}

}  // namespace

access_control::access_control(shop::service_context context, bool is_open, security_log& security)
    : context_(std::move(context)),
      seed_(draw_hash_seed(context_)),
      credentials_(context_, seed_),
      key_watch_(context_, security),
      refusals_(context_, seed_, security),
      is_open_(is_open) {
    credentials_.on_key_used([this](std::string_view id, shop::timestamp now) { key_watch_.used(id, now); });
}

access_control::~access_control() {
    if (token_keys_url_) token_keys_url_->stop();
}

shop::result<std::unique_ptr<access_control>> access_control::open(settings const& with, shop::service_context context,
                                                                   security_log& security) {
    std::unique_ptr<access_control> out(new access_control(std::move(context), !with.asks_who(), security));
    if (auto used = out->use_keys(with); !used) return used.error();
    if (auto used = out->use_tokens(with); !used) return used.error();
    out->use_rates(with);
    return out;
}

shop::result<void> access_control::use_keys(settings const& with) {
    std::shared_ptr<api_keys const> keys;
    if (!with.keys.empty()) {
        auto read = api_keys::read(with.keys);
        if (!read) return named("keys", read.error());
        keys = std::make_shared<api_keys const>(std::move(*read));
    }
    credentials_.use_api_keys(keys);
    key_watch_.use(std::move(keys), with.keys_usage_file());
    return {};
}

void access_control::use_rates(settings const& with) {
    use_rate(by_account_, with.account_rate);
    use_rate(by_address_, with.address_rate);
}

void access_control::use_rate(std::optional<rate_limiter>& limiter, std::optional<request_rate> const& rate) {
    if (!rate) {
        limiter.reset();
    } else if (limiter) {
        limiter->set_rate(*rate, context_.clock->now());
    } else {
        limiter.emplace(*rate, seed_);
    }
}

shop::result<void> access_control::use_tokens(settings const& with) {
    if (with.jwt_issuer.empty()) return {};
    jwt_policy policy;
    policy.issuer = with.jwt_issuer;
    policy.audience = with.jwt_audience;
    auto verifier = jwt_verifier::make(std::move(policy));
    if (!verifier) return named("jwt-issuer", verifier.error());
    std::shared_ptr<jwks_source> source;
    constexpr std::string_view file = "file:";
    if (with.jwt_keys.starts_with(file)) {
        auto opened = jwks_file::open(with.jwt_keys.substr(file.size()));
        if (!opened) return named("jwt-keys", opened.error());
        source = token_keys_file_ = std::move(*opened);
    } else {
        jwks_fetcher const fetcher = [executor = context_.executor, clock = context_.clock](std::string url) {
            return fetch(executor, *clock, std::move(url));
        };
        source = token_keys_url_ = std::make_shared<jwks_url>(context_, with.jwt_keys, fetcher);
        token_keys_url_->start();
    }
    credentials_.use_tokens(std::move(*verifier), std::move(source));
    return {};
}

std::vector<std::string> access_control::reload(settings const& with) {
    std::vector<std::string> refusals;
    if (auto used = use_keys(with); !used) refusals.emplace_back(used.error().message());
    if (token_keys_file_) {
        if (auto read = token_keys_file_->reload(); !read)
            refusals.emplace_back(named("jwt-keys", read.error()).message());
    }
    use_rates(with);
    return refusals;
}

shown_credentials access_control::shown_by(request const& head) const {
    return {head.find("Authorization"), has_token_in_query(head), head.client};
}

std::optional<shop::http::response> access_control::too_often(rate_limiter& limiter, std::uint64_t key,
                                                              request const& head, std::string* fields) {
    auto const decision = limiter.take(key, context_.clock->now());
    if (decision.allowed && !fields) return std::nullopt;
    shop::http::response said;
    said.add("RateLimit-Policy", limiter.policy_field());
    said.add("RateLimit", rate_limiter::field(decision));
    if (decision.allowed) {
        fields->append(said.fields());
        return std::nullopt;
    }
    ++rate_limited_;
    shop::error_details details;
    details.detail = "there were too many requests: wait as long as Retry-After says";
    details.retry_after_s = decision.retry_after_s;
    auto out = shop::http::problem(shop::error(shop::error_code::rate_limited, std::move(details)), head);
    out.add_lines(said.fields());
    return out;
}

access_decision access_control::let_in(authentication who, request const& head) {
    access_decision out;
    if (!who) {
        auto const why = std::move(who).error();
        if (why.reason.code() == shop::error_code::rate_limited) {
            ++rate_limited_;
        } else {
            ++unauthenticated_;
        }
        out.refusal = shop::http::problem(why.reason, head);
        if (!why.challenge.empty()) out.refusal->add("WWW-Authenticate", why.challenge);
        return out;
    }
    if (by_account_) {
        out.refusal = too_often(*by_account_, by_account_->account_key((*who)->account), head, &out.fields);
        if (out.refusal) return out;
    }
    out.by = std::move(*who);
    return out;
}

std::optional<shop::http::response> access_control::count(request const& head) {
    if (!by_address_) return std::nullopt;
    return too_often(*by_address_, by_address_->address_key(head.client), head, nullptr);
}

std::optional<access_decision> access_control::judge(request const& head) {
    if (is_open_) return let_in(shop::local_principal(), head);
    auto decided = credentials_.decide(shown_by(head));
    if (!decided) return std::nullopt;
    return let_in(std::move(*decided), head);
}

std::function<bool()> access_control::follow(request const& head) {
    if (is_open_) return {};
    return [this, shown = shown_by(head), by = head.by] {
        auto const decided = credentials_.decide(shown);
        if (!decided) return true;  // newer keys of the issuer may say; those that are known do not refuse
        if (!*decided) return false;
        auto const& now = ***decided;
        return now.account == by->account && now.customer_id == by->customer_id && now.scopes == by->scopes;
    };
}

asio::awaitable<access_decision> access_control::judge_later(request const& head) {
    auto who = co_await credentials_.authenticate(shown_by(head));
    co_return let_in(std::move(who), head);
}

}  // namespace shop_server
