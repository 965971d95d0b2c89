#include "access/api_keys.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <shop/json/json.hpp>

#include "support/scratch.hpp"

namespace shop_server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr shop::timestamp noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours(12)};
std::string const a_hash = "sha256:" + std::string(64, 'a');

api_key_entry entry_of(std::string id) {
    api_key_entry out;
    out.id = std::move(id);
    out.scopes = {"orders:write"};
    return out;
}

std::string file_of(std::vector<api_key_entry> const& entries) {
    std::string out = R"({"keys":[)";
    for (auto const& entry : entries) out += (out.back() == '[' ? "" : ",") + shop::json::encode(entry);
    return out + "]}";
}

std::string file_with(std::string const& member, std::string const& value) {
    std::map<std::string, std::string> members{
        {"id", R"("web")"}, {"hash", '"' + a_hash + '"'}, {"scopes", R"(["orders:read"])"}};
    members[member] = value;
    std::string out;
    for (auto const& [name, text] : members) out += (out.empty() ? "\"" : ",\"") + name + "\":" + text;
    return R"({"keys":[{)" + out + "}]}";
}

std::string refusal_of(std::string const& text) {
    auto const read = api_keys::parse(text);
    return read ? "" : std::string(read.error().message());
}

TEST(api_keys, tell_what_changed_between_two_readings) {
    auto stays = make_api_key(entry_of("stays")).value().entry, wider = make_api_key(entry_of("wider")).value().entry;
    auto const gone = make_api_key(entry_of("gone")).value().entry, fresh = make_api_key(entry_of("new")).value().entry;
    auto const before = api_keys::parse(file_of({stays, wider, gone})).value();
    wider.scopes = {"*"};
    auto const now = api_keys::parse(file_of({fresh, wider, stays})).value();
    auto const changes = api_keys::between(before, now);
    EXPECT_THAT(changes.added, ElementsAre("new"));
    EXPECT_THAT(changes.revoked, ElementsAre("gone"));
    EXPECT_THAT(changes.changed, ElementsAre("wider"));
}

TEST(api_keys, tell_which_expire_in_a_time) {
    std::vector<api_key_entry> entries;
    for (auto const& [id, at] : {std::pair("past", noon), std::pair("soon", noon + std::chrono::hours(1)),
                                 std::pair("later", noon + std::chrono::hours(3))}) {
        auto wanted = entry_of(id);
        wanted.expires_at = at;
        entries.push_back(make_api_key(wanted).value().entry);
    }
    entries.push_back(make_api_key(entry_of("never")).value().entry);
    auto const keys = api_keys::parse(file_of(entries)).value();
    auto const found = keys.expiring_between(noon, noon + std::chrono::hours(2));
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found.front().id, "soon");
    EXPECT_EQ(found.front().at, noon + std::chrono::hours(1));
}

TEST(api_keys, have_an_id_that_can_be_read_off_and_nothing_else) {
    auto const made = make_api_key(entry_of("web-1")).value();
    EXPECT_EQ(api_keys::id_in(made.text), "web-1");
    for (auto const& bad : {std::string("shop_web-1"), made.text + 'x', made.text.substr(1),
                            std::string("shop_Web_") + std::string(43, 'x')}) {
        EXPECT_EQ(api_keys::id_in(bad), std::nullopt) << bad;
    }
}

TEST(api_keys, know_the_key_that_was_made) {
    auto wanted = entry_of("web");
    wanted.customer = "ann";
    auto const made = make_api_key(wanted).value();
    EXPECT_THAT(made.text, testing::MatchesRegex("shop_web_[A-Za-z0-9_-]+"));
    EXPECT_EQ(made.text.size(), 5 + 3 + 1 + 43u);
    EXPECT_THAT(file_of({made.entry}), Not(HasSubstr(made.text.substr(9)))) << "only the digest is kept";

    auto const keys = api_keys::parse(file_of({made.entry})).value();
    auto const who = keys.find(made.text, noon).value();
    EXPECT_EQ(who->account, "web");
    EXPECT_EQ(who->customer_id, "ann");
    EXPECT_THAT(who->scopes, ElementsAre("orders:write"));
}

TEST(api_keys, are_never_made_twice) {
    EXPECT_NE(make_api_key(entry_of("web"))->text, make_api_key(entry_of("web"))->text);
}

TEST(api_keys, refuse_every_other_text_alike) {
    auto const made = make_api_key(entry_of("web")).value();
    auto const keys = api_keys::parse(file_of({made.entry})).value();
    auto const secret = made.text.substr(9);
    std::vector<std::string> wrong{"",
                                   "shop_",
                                   "shop_web",
                                   "shop_web_",
                                   "shop__" + secret,
                                   "shop_web_" + secret.substr(1),
                                   made.text + "A",
                                   "shop_other_" + secret,
                                   "shop_WEB_" + secret,
                                   "Shop_web_" + secret,
                                   " " + made.text,
                                   std::string(100'000, 'x')};
    for (std::size_t i = 9; i < made.text.size(); ++i) {
        wrong.push_back(made.text);
        wrong.back()[i] = wrong.back()[i] == 'A' ? 'B' : 'A';
    }
    for (auto const& text : wrong) {
        auto const found = keys.find(text, noon);
        ASSERT_FALSE(found) << text.substr(0, 60);
        EXPECT_EQ(found.error(), shop::error(shop::error_code::unauthenticated, "the API key is not known"));
    }
}

TEST(api_keys, end_when_they_expire) {
    auto wanted = entry_of("web");
    wanted.expires_at = noon;
    auto const made = make_api_key(wanted).value();
    auto const keys = api_keys::parse(file_of({made.entry})).value();
    EXPECT_TRUE(keys.find(made.text, noon - std::chrono::milliseconds(1)));
    EXPECT_EQ(keys.find(made.text, noon).error(), expired_api_key());
    EXPECT_EQ(expired_api_key().code(), shop::error_code::unauthenticated);
    auto const guess = made.text.substr(0, 9) + std::string(43, 'A');
    EXPECT_NE(keys.find(guess, noon).error(), expired_api_key()) << "only who has the secret is told";
}

TEST(api_keys, of_one_account_are_both_good_while_they_are_rotated) {
    auto const old = make_api_key(entry_of("web")).value();
    auto next = entry_of("web-2");
    next.account = "web";
    auto const made = make_api_key(next).value();
    auto const keys = api_keys::parse(file_of({old.entry, made.entry})).value();
    EXPECT_EQ(keys.find(old.text, noon).value()->account, "web");
    EXPECT_EQ(keys.find(made.text, noon).value()->account, "web");
}

TEST(api_keys, refuse_entries_with_their_place_and_what_to_mend) {
    EXPECT_EQ(refusal_of(file_with("id", R"("web")")), "");
    EXPECT_EQ(refusal_of(file_with("id", R"("Web")")),
              "/keys/0/id must begin with a-z or 0-9, then a-z, 0-9 or -, at most 32 characters");
    for (auto const* bad : {R"("")", R"("-a")", R"("a_b")", R"("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")"}) {
        EXPECT_THAT(refusal_of(file_with("id", bad)), HasSubstr("/keys/0/id must begin")) << bad;
    }
    EXPECT_EQ(refusal_of(file_with("hash", R"("5f4dcc3b")")),
              "/keys/0/hash of key 'web' must be sha256: and 64 lower-case hex digits");
    EXPECT_THAT(refusal_of(file_with("scopes", "[]")), HasSubstr("/keys/0/scopes of key 'web' must be 1 to 64 scopes"));
    for (auto const* bad :
         {R"([""])", R"(["ord*"])", R"(["a b"])", R"(["*:*"])", R"([":a"])", R"(["a:"])", R"(["Orders:read"])"}) {
        EXPECT_THAT(refusal_of(file_with("scopes", bad)), HasSubstr("must be like orders:write")) << bad;
    }
    for (auto const* good : {R"(["*"])", R"(["orders:*"])", R"(["orders:any","a-b:c_d"])"}) {
        EXPECT_EQ(refusal_of(file_with("scopes", good)), "") << good;
    }
    EXPECT_THAT(refusal_of(file_with("customer", R"("a\u0007")")), HasSubstr("/keys/0/customer"));
    EXPECT_THAT(refusal_of(file_with("customer", '"' + std::string(129, 'a') + '"')), HasSubstr("/keys/0/customer"));
    EXPECT_THAT(refusal_of(file_with("account", R"("user:ann")")),
                HasSubstr("/keys/0/account of key 'web' must begin"));
    EXPECT_THAT(refusal_of(file_with("account", R"("local")")), HasSubstr("must not be local"));
    EXPECT_THAT(refusal_of(file_with("id", R"("local")")), HasSubstr("/keys/0/id of key 'local' must not be local"));
    EXPECT_THAT(refusal_of(file_with("expires_at", R"("tomorrow")")), HasSubstr("/keys/0/expires_at"));
    EXPECT_THAT(refusal_of(file_with("expire", R"("2026-01-01T00:00:00Z")")), HasSubstr("/keys/0/expire is not known"));
    EXPECT_THAT(refusal_of(R"({"keys":[{"id":"web"}]})"), HasSubstr("/keys/0/hash is required"));
    EXPECT_THAT(refusal_of(R"({"keys":[],"more":1})"), HasSubstr("/more is not known"));
    EXPECT_NE(refusal_of(""), "");
    EXPECT_EQ(refusal_of(R"({"keys":[]})"), "");
}

TEST(api_keys, refusals_repeat_no_secret) {
    auto const secret = make_api_key(entry_of("web"))->text;
    for (auto const* member : {"id", "hash", "account", "scopes", "expires_at"}) {
        auto const value = std::string(member) == "scopes" ? "[\"" + secret + "\"]" : '"' + secret + '"';
        auto const said = refusal_of(file_with(member, value));
        EXPECT_NE(said, "") << member;
        EXPECT_THAT(said, Not(HasSubstr(secret.substr(0, 20))));
    }
}

TEST(api_keys, refuse_two_of_one_id_and_two_customers_of_one_account) {
    auto one = make_api_key(entry_of("web"))->entry, two = make_api_key(entry_of("web"))->entry;
    EXPECT_EQ(refusal_of(file_of({one, two})), "/keys/1/id 'web' is that of /keys/0, too");
    two.id = "web-2";
    two.account = "web";
    two.customer = "ann";
    EXPECT_EQ(refusal_of(file_of({one, two})),
              "/keys/1/customer of key 'web-2' must be that of /keys/0, which has the same account");
    one.customer = "ann";
    EXPECT_EQ(refusal_of(file_of({one, two})), "");
}

TEST(api_keys, are_made_only_as_the_file_takes_them) {
    EXPECT_EQ(make_api_key(entry_of("Web")).error().code(), shop::error_code::invalid_value);
    auto no_scopes = entry_of("web");
    no_scopes.scopes.clear();
    EXPECT_FALSE(make_api_key(no_scopes));
}

TEST(api_key_files, are_added_to_listed_and_revoked_from) {
    shop_test::scratch folder;
    auto const path = folder.file("keys.json");
    auto const web = make_api_key(entry_of("web")).value(), till = make_api_key(entry_of("till")).value();
    ASSERT_TRUE(add_api_key(path, web.entry));
    ASSERT_TRUE(add_api_key(path, till.entry));
    EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0600));
    EXPECT_THAT(list_api_keys(path).value(), ElementsAre(web.entry, till.entry));
    EXPECT_TRUE(api_keys::read(path)->find(till.text, noon));

    EXPECT_EQ(add_api_key(path, web.entry).error().code(), shop::error_code::already_exists);
    EXPECT_EQ(revoke_api_key(path, "nobody").error().code(), shop::error_code::not_found);
    ASSERT_TRUE(revoke_api_key(path, "web"));
    auto const left = api_keys::read(path).value();
    EXPECT_EQ(left.size(), 1u);
    EXPECT_FALSE(left.find(web.text, noon));
    EXPECT_TRUE(left.find(till.text, noon));
    EXPECT_EQ(revoke_api_key(folder.file("none"), "web").error().code(), shop::error_code::not_found);
}

TEST(api_key_files, open_to_others_or_too_large_are_refused) {
    shop_test::scratch folder;
    auto const path = folder.write("keys.json", R"({"keys":[]})");
    ::chmod(path.c_str(), 0644);
    EXPECT_EQ(api_keys::read(path).error().message(), "mode 0644: chmod 600 it");
    EXPECT_FALSE(add_api_key(path, make_api_key(entry_of("web"))->entry));
    folder.write("keys.json", R"({"keys":[]})" + std::string(api_key_file_bytes_max, ' '));
    ::chmod(path.c_str(), 0600);
    EXPECT_EQ(api_keys::read(path).error().message(), "larger than 1048576 bytes");
}

}  // namespace
}  // namespace shop_server
