// What settings may become of a running server.

#include <gmock/gmock.h>

#include "support/scratch.hpp"
#include "wiring.hpp"

namespace {

using shop_server::read;
using shop_server::role;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class a_reload : public testing::Test {
protected:
    using flags = std::map<std::string, std::string>;

    static shop_server::settings started(flags const& with) { return read({{}, {}, with}).values; }
    static std::vector<std::string> refused(flags const& running, flags const& again,
                                            std::string const& host = "127.0.0.1", role what = role::all) {
        return refuse_to_reload(what, started(running), read({{}, {}, again}), {host, 8080});
    }

    shop_test::scratch folder_;
};

TEST_F(a_reload, may_not_take_away_what_callers_are_known_by) {
    flags const keys{{"keys", "keys.json"}};
    flags const tokens{{"jwt-issuer", "i"}, {"jwt-audience", "shop"}, {"jwt-keys", "file:jwks.json"}};
    auto both = tokens;
    both.insert(keys.begin(), keys.end());
    for (auto const& running : {keys, tokens, both}) {
        EXPECT_THAT(refused(running, running), IsEmpty());
        EXPECT_THAT(refused(running, {}), ElementsAre(HasSubstr("callers must say who they are")));
        EXPECT_THAT(refused(running, {}, "0.0.0.0"), testing::Not(IsEmpty()));
    }
    EXPECT_THAT(refused(keys, tokens), ElementsAre(HasSubstr("nothing would be left"))) << "tokens need a restart";
    EXPECT_THAT(refused(both, tokens), IsEmpty());
    EXPECT_THAT(refused(both, keys), IsEmpty());
    EXPECT_THAT(refused({}, keys), ElementsAre(HasSubstr("restart the server so that callers must say who they are")));
    EXPECT_THAT(refused({}, {}), IsEmpty());
}

TEST_F(a_reload, must_do_for_a_start) {
    flags const keys{{"keys", "keys.json"}};
    EXPECT_THAT(refused(keys, {{"keys", "keys.json"}, {"grace", "soon"}}), ElementsAre(HasSubstr("--grace: must be")));
    EXPECT_THAT(refused(keys, {{"keys", "keys.json"}, {"tls-key", "key.pem"}}),
                ElementsAre(HasSubstr("tls-certificate and tls-key")));
    EXPECT_THAT(refused({}, {{"listen", "0.0.0.0:8080"}}),
                ElementsAre(HasSubstr("can be reached from other machines")));
    flags const service{{"service-callers", "callers"}};
    EXPECT_THAT(refused(service, {}, "0.0.0.0", role::product),
                ElementsAre(HasSubstr("service-callers: the role product")));
    EXPECT_THAT(refused(service, service, "0.0.0.0", role::product), IsEmpty());
}

TEST_F(a_reload, reads_files_that_are_named_anew) {
    EXPECT_THAT(refused({{"keys", "keys.json"}}, {{"keys", folder_.file("none.json")}}),
                ElementsAre(HasSubstr("keys: ")));
    EXPECT_THAT(refused({{"keys", "keys.json"}}, {{"keys", "keys.json"}}), IsEmpty())
        << "the others are read one by one";
    EXPECT_THAT(refused({{"service-credentials", "secret"}}, {{"service-credentials", folder_.file("none")}}),
                ElementsAre(HasSubstr("service-credentials: ")));
    EXPECT_THAT(refused({{"service-callers", "callers"}}, {{"service-callers", folder_.file("none")}}, "0.0.0.0",
                        role::product),
                ElementsAre(HasSubstr("service-callers: ")));
    flags const identity{{"tls-certificate", "chain.pem"}, {"tls-key", "key.pem"}};
    EXPECT_THAT(refused(identity, {{"tls-certificate", folder_.file("none.pem")}, {"tls-key", "key.pem"}}),
                ElementsAre(HasSubstr("tls-certificate, tls-key, tls-client-trust: ")));
}

TEST_F(a_reload, does_not_change_whether_tls_is_spoken) {
    flags const identity{{"tls-certificate", "chain.pem"}, {"tls-key", "key.pem"}};
    EXPECT_THAT(refused(identity, {}), ElementsAre(HasSubstr("settled at start")));
    EXPECT_THAT(refused({}, identity), ElementsAre(HasSubstr("settled at start")));
}

TEST_F(a_reload, does_not_change_whether_callers_must_show_a_certificate) {
    flags const identity{{"tls-certificate", "chain.pem"}, {"tls-key", "key.pem"}};
    auto asking = identity;
    asking["tls-client-trust"] = "ca.pem";
    EXPECT_THAT(refused(asking, identity), ElementsAre(HasSubstr("tls-client-trust: whether callers must show")));
    EXPECT_THAT(refused(identity, asking), ElementsAre(HasSubstr("tls-client-trust: whether callers must show")));
    EXPECT_THAT(refused(asking, asking), IsEmpty());
}

TEST_F(a_reload, changes_what_can_change_and_leaves_the_rest) {
    auto const now = reloaded(started({{"grace", "1s"}, {"requests-max", "5"}}),
                              read({{}, {}, {{"grace", "2s"}, {"rate-limit", "5/s"}}}));
    EXPECT_EQ(now.grace, std::chrono::seconds(1));
    EXPECT_EQ(now.requests_max, 4096u);
    ASSERT_TRUE(now.account_rate);
    EXPECT_EQ(now.account_rate->burst, 5u);
}

}  // namespace
