#include "access/security_log.hpp"

#include <gmock/gmock.h>

#include "support/kept_log.hpp"

namespace {

using shop_server::security_event;
using shop_server::security_log;

TEST(security_log, names_each_event_by_its_word_and_counts_it) {
    shop_test::kept_log to;
    security_log log(to);
    log.write(security_event::reload_refused, {{"reason", "keys: missing"}});
    log.write(security_event::key_revoked, {{"key", "web"}});
    log.count(security_event::key_revoked);
    EXPECT_THAT(to.lines(), testing::ElementsAre("error security.reload_refused reason=keys: missing",
                                                 "info security.key_revoked key=web"));
    EXPECT_EQ(log.counted(security_event::reload_refused), 1u);
    EXPECT_EQ(log.counted(security_event::key_revoked), 2u);
    EXPECT_EQ(log.counted(security_event::forbidden), 0u);
}

}  // namespace
