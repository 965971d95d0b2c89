#include <shop/async/backoff.hpp>
#include <shop/notifications/channel.hpp>
#include <shop/notifications/rules.hpp>

namespace shop::notifications {
namespace {

using namespace std::chrono_literals;

class log_lines final : public channel {
public:
    explicit log_lines(log_sink& sink) : sink_(sink) {}
    std::string_view name() const override { return "log"; }
    channel_traits traits() const override {
        channel_traits of_log;
        of_log.is_immediate = true;
        return of_log;
    }
    results<void> send(std::vector<message> messages) override {
        for (auto const& m : messages) {
            if (!sink_.wants(severity::info)) break;
            sink_.write(severity::info, "notification",
                        {{"id", to_string(m.id)},
                         {"type", m.event.type},
                         {"recipient", m.recipient},
                         {"text", rules::summary(m)}});
        }
        co_return std::vector<result<void>>(messages.size());
    }

private:
    log_sink& sink_;
};

}  // namespace

results<std::vector<recipient>> channel::recipients(std::vector<events::event> events) {
    std::vector<result<std::vector<recipient>>> found;
    found.reserve(events.size());
    for (auto const& event : events) {
        std::vector<recipient> one;
        one.push_back(rules::usual_recipient(event));
        found.emplace_back(std::move(one));
    }
    co_return found;
}

std::shared_ptr<channel> log_channel(log_sink& sink) {
    return std::make_shared<log_lines>(sink);
}

retry_schedule usual_retries() {
    constexpr unsigned attempts = 10;
    constexpr backoff growing{1s, 1h};
    retry_schedule schedule;
    for (unsigned failures = 1; failures < attempts; ++failures) {
        schedule.pauses.push_back(std::chrono::floor<std::chrono::milliseconds>(growing.longest(failures)));
    }
    return schedule;
}

retry_schedule webhook_retries() {
    return {{5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h}, 0.1};
}

}  // namespace shop::notifications
