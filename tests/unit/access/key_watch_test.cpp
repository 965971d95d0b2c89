#include "access/key_watch.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <boost/asio/io_context.hpp>

#include <shop/json/json.hpp>
#include <shop/testing/manual_scheduler.hpp>
#include <shop/testing/seeded_ids.hpp>

#include "access/refusal_log.hpp"
#include "access/secret_file.hpp"
#include "support/kept_log.hpp"
#include "support/scratch.hpp"

namespace shop_server {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr shop::timestamp one_noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h};

class key_watches : public ::testing::Test {
protected:
    std::shared_ptr<api_keys const> keys(std::vector<std::pair<std::string, std::optional<shop::timestamp>>> wanted) {
        std::string text = R"({"keys":[)";
        for (auto& [id, expires_at] : wanted) {
            auto& made = made_[id];
            if (made.entry.id.empty()) {
                api_key_entry entry;
                entry.id = id;
                entry.scopes = {"orders:write"};
                made = make_api_key(entry).value();
            }
            made.entry.expires_at = expires_at;
            text += (text.back() == '[' ? "" : ",") + shop::json::encode(made.entry);
        }
        return std::make_shared<api_keys const>(api_keys::parse(text + "]}").value());
    }
    shop::service_context context() { return {io.get_executor(), &clock, &ids, &log}; }

    shop::testing::manual_scheduler clock;
    shop::testing::seeded_ids ids;
    boost::asio::io_context io{1};
    shop_test::kept_log log;
    security_log security{log};
    std::map<std::string, new_api_key> made_;
};

TEST_F(key_watches, tell_which_keys_came_went_and_changed_but_not_the_first) {
    key_watch watch(context(), security);
    watch.use(keys({{"stays", {}}, {"gone", {}}, {"changes", {}}}), "");
    EXPECT_THAT(log.lines(), IsEmpty());
    watch.use(keys({{"stays", {}}, {"new", {}}, {"changes", clock.stamp() + 1000h}}), "");
    EXPECT_THAT(log.lines(), ElementsAre("info security.key_added key=new", "info security.key_changed key=changes",
                                         "info security.key_revoked key=gone"));
}

TEST_F(key_watches, tell_of_a_key_that_expires_soon_at_once_and_then_daily) {
    key_watch watch(context(), security);
    auto const at = clock.stamp() + 24h * 15;
    watch.use(keys({{"web", at}, {"never", {}}}), "");
    clock.run_for(io, 1h);
    EXPECT_THAT(log.lines(), IsEmpty()) << "not yet";
    clock.run_for(io, 24h);
    auto const line = "warning security.key_expires_soon key=web expires_at=" + shop::to_string(at);
    EXPECT_THAT(log.lines(), ElementsAre(line));
    clock.run_for(io, 24h * 20);
    EXPECT_EQ(log.lines().size(), 14u) << "no more once it has expired";
}

class key_uses : public ::testing::Test {
protected:
    shop_test::scratch folder;
    std::string const path = folder.file("keys.usage");
    shop_test::kept_log log;
};

TEST_F(key_uses, are_kept_to_the_hour_in_a_file_for_its_owner_only) {
    EXPECT_EQ(read_key_usage(path).error().code(), shop::error_code::not_found) << "none yet";
    EXPECT_TRUE(forget_key_usage(path, "web"));
    {
        key_usage usage(path, log);
        usage.note("web", one_noon + 59min);
        usage.note("till", one_noon + 61min);
        usage.note("till", one_noon);
    }
    EXPECT_EQ(read_key_usage(path).value(), (last_uses{{"web", one_noon}, {"till", one_noon + 1h}}));
    struct stat found {};
    ASSERT_EQ(::stat(path.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07777u, 0600u);
    EXPECT_THAT(log.lines(), IsEmpty());
}

TEST_F(key_uses, of_several_processes_are_joined) {
    {
        key_usage one(path, log);
        one.note("web", one_noon + 5h);
    }
    {
        key_usage other(path, log);
        other.note("web", one_noon + 2h);
        other.note("till", one_noon + 3h);
    }
    EXPECT_EQ(read_key_usage(path).value(), (last_uses{{"web", one_noon + 5h}, {"till", one_noon + 3h}}));
    ASSERT_TRUE(forget_key_usage(path, "web"));
    ASSERT_TRUE(forget_key_usage(path, "nobody"));
    EXPECT_EQ(read_key_usage(path).value(), (last_uses{{"till", one_noon + 3h}}));
}

TEST_F(key_uses, that_cannot_be_written_are_told) {
    {
        key_usage usage("/nowhere/keys.usage", log);
        usage.note("web", one_noon);
    }
    EXPECT_THAT(log.lines(), ElementsAre(HasSubstr("warning the last use of keys cannot be noted reason=")));
    folder.write("keys.usage", "no such file");
    ::chmod(path.c_str(), 0600);
    EXPECT_EQ(read_key_usage(path).error().message(), "this is no file of the last uses of keys");
}

class refusals : public key_watches {
protected:
    void answer(unsigned status, std::string const& authorization, std::string const& client = "192.0.2.1") {
        shop::http::header const fields[]{{"Authorization", authorization}};
        shop::http::request request;
        request.headers = fields;
        request.client = client;
        request.peer = "10.0.0.1";
        request.id = "r-1";
        told.answered(request, status, "orders.list");
    }
    refusal_log told{context(), hash_seed{}, security};
};

TEST_F(refusals, are_told_with_the_id_of_the_key_and_never_its_secret) {
    std::string const secret(43, 's');
    answer(200, "Bearer shop_web_" + secret);
    answer(404, "Bearer shop_web_" + secret);
    EXPECT_THAT(log.lines(), IsEmpty());
    answer(401, "Bearer shop_web_" + secret);
    answer(403, "Bearer shop_web_" + secret);
    answer(429, "Bearer a.jwt." + secret);
    std::string const rest = " account= operation=orders.list request_id=r-1 client=192.0.2.1 peer=10.0.0.1";
    EXPECT_THAT(log.lines(),
                ElementsAre("warning security.unauthenticated key=web" + rest,
                            "warning security.forbidden key=web" + rest, "warning security.rate_limited key=" + rest));
}

TEST_F(refusals, of_one_client_do_not_fill_the_log_and_are_counted_all_the_same) {
    for (int i = 0; i < 1000; ++i) answer(401, "Bearer x");
    EXPECT_EQ(log.lines().size(), refusal_lines_rate.burst);
    EXPECT_EQ(security.counted(security_event::unauthenticated), 1000u);
    answer(401, "Bearer x", "192.0.2.2");
    EXPECT_EQ(log.lines().size(), refusal_lines_rate.burst + 1) << "another is told as before";
}

}  // namespace
}  // namespace shop_server
