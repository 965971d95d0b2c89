#include "security_log.hpp"

#include <gmock/gmock.h>

namespace {

using shop_server::security_event;
using shop_server::security_log;

class kept_log final : public shop::log_sink {
public:
    bool wants(shop::severity) const override { return true; }
    void write(shop::severity level, std::string_view event, std::initializer_list<shop::log_field> fields) override {
        lines.push_back(std::string(shop::to_word(level)) + ' ' + std::string(event));
        for (auto const& field : fields) lines.back() += ' ' + std::string(field.name) + '=' + field.value;
    }
    std::vector<std::string> lines;
};

TEST(security_log, names_each_event_by_its_word_and_counts_it) {
    kept_log to;
    security_log log(to);
    log.write(security_event::reload_refused, {{"reason", "keys: missing"}});
    log.write(security_event::key_revoked, {{"key", "web"}});
    log.count(security_event::key_revoked);
    EXPECT_THAT(to.lines, testing::ElementsAre("error security.reload_refused reason=keys: missing",
                                               "info security.key_revoked key=web"));
    EXPECT_EQ(log.counted(security_event::reload_refused), 1u);
    EXPECT_EQ(log.counted(security_event::key_revoked), 2u);
    EXPECT_EQ(log.counted(security_event::forbidden), 0u);
}

}  // namespace
