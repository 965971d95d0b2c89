#pragma once

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <shop/core/pagination_cursor.hpp>
#include <shop/http/cursor_seal.hpp>
#include <shop/http/detail/head.hpp>
#include <shop/inventory/make_service.hpp>
#include <shop/notifications/make_service.hpp>
#include <shop/products/make_service.hpp>
#include <shop/storage/memory.hpp>

#include "access/api_keys.hpp"
#include "access/jwks.hpp"
#include "access/jwt.hpp"
#include "channels/mail/mail_message.hpp"
#include "channels/mail/smtp_exchange.hpp"
#include "config_file.hpp"
#include "settings.hpp"
#include "unit/access/token_maker.hpp"

/// What reads bytes of strangers, and what must hold whatever they are. Fed by libFuzzer (`script/fuzz`) without end,
/// and with seeded changes of good inputs by every run of the tests (`unit.fuzz_targets`).
namespace shop_test::fuzz {

struct target {
    std::string_view name;
    /// @throws std::logic_error where a property does not hold.
    void (*look)(std::string_view input);
    /// Good inputs to begin with.
    std::vector<std::string> (*seeds)();
};

inline void require(bool holds, char const* property) {
    if (!holds) throw std::logic_error(property);
}

// --- the head of a request, and the guard of its framing
// --------------------------------------------------------------

inline void look_at_head(std::string_view input) {
    namespace http = shop::http::detail;
    constexpr http::head_limits limits{16 * 1024, 100, 4 * 1024};
    using state = http::head_scanner::state;
    http::head read;
    // A bad first line is refused as soon as it is there, or with the whole head.
    auto const judge = [&](http::head_scanner const& by, state scanned) {
        if (scanned != state::complete) return scanned;
        require(by.length() <= input.size(), "a head ends where its bytes end");
        return http::parse_head(input.substr(0, by.length()), limits, read) ? state::refused : state::complete;
    };
    http::head_scanner pieces;
    auto piecewise = state::incomplete;
    for (std::size_t end = 0; end <= input.size() && piecewise == state::incomplete; end += 1 + end / 64) {
        piecewise = pieces.scan(input.substr(0, end), limits);
    }
    if (piecewise == state::incomplete) piecewise = pieces.scan(input, limits);
    piecewise = judge(pieces, piecewise);
    http::head_scanner whole;
    auto const verdict = judge(whole, whole.scan(input, limits));
    require(piecewise == verdict, "a head is the same however it is cut");
    if (verdict != state::complete) return;
    require(whole.length() == pieces.length(), "a head ends at one place");
    require(http::is_token(read.method), "a method is a token");
    require(read.path.starts_with('/') || read.path == "*", "a path begins at the root");
    require(!(read.chunked && read.content_length > 0), "a body has one length");
    for (auto const& field : read.headers) {
        require(http::is_token(field.name), "the name of a field is a token");
        require(field.value.find_first_of(std::string_view("\r\n\0", 3)) == field.value.npos, "a field is one line");
    }
}

inline std::vector<std::string> heads() {
    return {
        "GET /v1/products?q=mug&limit=2 HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer x\r\n\r\n",
        "POST /v1/orders HTTP/1.1\r\nHost: shop.example:8080\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
        "Idempotency-Key: k\r\nExpect: 100-continue\r\n\r\n{}",
        "PUT http://shop/v1/products/A HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\nIf-Match: "
        "\"2.1\"\r\n\r\n0\r\n\r\n",
        "OPTIONS * HTTP/1.0\r\nHost: [::1]:80\r\nConnection: keep-alive\r\nX-Forwarded-For: 203.0.113.1\r\nForwarded: "
        "for=_a\r\n"
        "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n"};
}

// --- tokens, their keys, the file of API keys
// -------------------------------------------------------------------------

constexpr shop::timestamp then{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

struct issuer {
    shop_server::tests::issuer_key key = shop_server::tests::issuer_key::hmac("oct-1", std::string(32, 's'));
    std::shared_ptr<shop_server::jwks const> keys = std::make_shared<shop_server::jwks const>(
        shop_server::jwks::parse(R"({"keys":[)" + key.jwk() + "]}", shop_server::jwks_secrets::allow).value());
    std::shared_ptr<shop_server::jwt_verifier> verifier = shop_server::jwt_verifier::make({"i", "shop"}).value();

    static issuer& get() {
        static issuer made;
        return made;
    }
};

/// As a token, as the header of one that is signed, and as the claims of one.
inline void look_at_token(std::string_view input) {
    auto& by = issuer::get();
    auto const judge = [&](std::string const& token) { return by.verifier->verify(token, then, by.keys); };
    static auto const claims = std::string(R"({"iss":"i","aud":"shop","sub":"ann","exp":1772326800})");
    for (auto const& verdict :
         {judge(std::string(input)), judge(by.key.token(input, claims)), judge(by.key.token(input))}) {
        if (!verdict.accepted()) {
            require(verdict.refusal.code() == shop::error_code::unauthenticated, "a token is refused as that");
            continue;
        }
        require(verdict.who->account.starts_with("user:") && verdict.who->account.size() > 5,
                "a token names its account");
        require(!verdict.who->customer_id.empty() || verdict.who->may("orders:any"),
                "who is nobody's customer may act for all");
    }
}

inline std::vector<std::string> tokens() {
    auto const& key = issuer::get().key;
    std::string const claims = R"({"iss":"i","aud":["shop","b"],"sub":"ann","exp":1772326800,"nbf":1,"scope":"a b"})";
    return {key.token(claims), claims, key.header(),
            R"({"iss":"i","aud":"shop","sub":"x","exp":1772326800.5,"scp":["orders:any"]})"};
}

inline void look_at_key_set(std::string_view input) {
    using shop_server::jwks;
    auto const published = jwks::parse(input);
    if (published) {
        require(!published->holds_secrets(), "a published set holds no secrets");
        require(published->size() <= shop_server::jwks_keys_max, "a set is bounded");
        require(jwks::parse(input, shop_server::jwks_secrets::allow).has_value(), "what may be published may be kept");
    }
    auto const kept = jwks::parse(input, shop_server::jwks_secrets::allow);
    if (!kept) return;
    auto const token = issuer::get().key.token(R"({"iss":"i","aud":"shop","sub":"ann","exp":1772326800})");
    issuer::get().verifier->verify(token, then, std::make_shared<jwks const>(*kept));
}

inline std::vector<std::string> key_sets() {
    auto const& made = shop_server::tests::issuer_keys::get();
    return {made.public_jwks(), made.jwks(),
            R"({"keys":[{"kty":"RSA","use":"enc"},)" + made.ed.jwk(R"(,"key_ops":["verify"])") + "]}"};
}

inline void look_at_key_file(std::string_view input) {
    auto const read = shop_server::api_keys::parse(input);
    for (auto const* token : {"shop_web_guess", "shop_web_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "shop__", ""}) {
        if (read) require(!read->find(token, then), "a guess is nobody's key");
    }
    if (read) return;
    // Names of members are repeated, so a hash that has become one is.
    constexpr std::string_view before = R"("hash":"sha256:)";
    auto const at = input.find(before);
    if (at == input.npos || input.size() < at + before.size() + 32) return;
    auto const hash = input.substr(at + before.size(), 32);
    if (input.find(hash, at + before.size() + 1) != input.npos) return;
    require(read.error().message().find(hash) == std::string_view::npos, "a refusal repeats no hash");
}

inline std::vector<std::string> key_files() {
    std::string const hash = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    return {R"({"keys":[{"id":"web","hash":")" + hash +
                R"(","scopes":["orders:*"],"customer":"ann","expires_at":"2026-03-01T00:00:00Z"}]})",
            R"({"keys":[{"id":"a","hash":")" + hash + R"(","scopes":["*"]},{"id":"b","hash":")" + hash +
                R"(","scopes":["products:read"],"account":"a"}]})",
            R"({"keys": []})"};
}

// --- cursors
// ----------------------------------------------------------------------------------------------------------

/// The services whose lists are paged, on empty stores.
class lists {
public:
    static lists& get() {
        static lists made;
        return made;
    }

    template <class Service, class Command, class Answer>
    void page(
        std::shared_ptr<Service> const& of,
        shop::asio::awaitable<std::vector<shop::result<Answer>>> (Service::*list)(std::vector<shop::request<Command>>),
        Command asked) {
        std::vector<shop::request<Command>> one;
        one.emplace_back(std::move(asked));
        std::optional<shop::result<Answer>> answer;
        context_.restart();
        shop::asio::co_spawn(context_, ((*of).*list)(std::move(one)), [&](std::exception_ptr thrown, auto answers) {
            if (thrown) std::rethrow_exception(thrown);
            answer = std::move(answers.front());
        });
        context_.run();
        require(answer.has_value(), "a list is answered");
        if (!*answer)
            require(answer->error().code() == shop::error_code::malformed_request, "a bad cursor is malformed");
    }

private:
    shop::asio::io_context context_{1};
    shop::service_context with_{context_.get_executor(), &shop::system_scheduler(), &shop::random_ids()};
    shop::stores stores_ = shop::storage::memory()({shop::system_scheduler(), shop::random_ids()}).value();

public:
    std::shared_ptr<shop::products::service> products = shop::products::make_service({stores_.products, with_});
    std::shared_ptr<shop::inventory::service> inventory = shop::inventory::make_service({stores_.inventory, with_});
    std::shared_ptr<shop::notifications::service> notifications =
        shop::notifications::make_service({stores_.notifications, {}, with_});
};

/// As a cursor, sealed and open, and as the place in one.
inline void look_at_cursor(std::string_view input) {
    static auto const seal = shop::http::cursor_seal::from(std::string(32, 's')).value();
    if (auto const opened = seal.open("for ann", input))
        require(seal.seal("for ann", *opened) == input, "a cursor has one text");
    if (!input.empty()) {
        require(seal.open("for ann", seal.seal("for ann", input)).has_value() == (input.size() < 700),
                "what is sealed is opened");
        require(!seal.open("for bob", seal.seal("for ann", input)), "a cursor is for who was given it");
    }
    if (auto const place = shop::read_cursor("products.list", input)) {
        require(shop::make_cursor("products.list", *place) == input, "a cursor has one text");
    }
    auto& all = lists::get();
    shop::products::list_products products;
    products.cursor = shop::make_cursor("products.list", input);
    all.page(all.products, &shop::products::service::list, std::move(products));
    shop::inventory::list_stock stock;
    stock.cursor = shop::make_cursor("inventory.list", input);
    all.page(all.inventory, &shop::inventory::service::list, std::move(stock));
    shop::inventory::list_movements movements;
    movements.sku = shop::sku("MUG");
    movements.cursor = shop::make_cursor("inventory.movements", input);
    all.page(all.inventory, &shop::inventory::service::movements, std::move(movements));
    shop::notifications::list_notifications notifications;
    notifications.cursor = shop::make_cursor("notifications.list", input);
    all.page(all.notifications, &shop::notifications::service::list, std::move(notifications));
}

inline std::vector<std::string> cursors() {
    auto const seal = shop::http::cursor_seal::from(std::string(32, 's')).value();
    std::string const place = "0197f0a0-0000-7000-8000-000000000001/2/log/ann";
    return {"MUG-1", "42", place, shop::make_cursor("products.list", "MUG-1"), seal.seal("for ann", place)};
}

// --- the configuration file
// -------------------------------------------------------------------------------------------

inline void look_at_configuration(std::string_view input) {
    auto const file = shop_server::parse_config("shop.conf", input);
    for (auto const& why : file.refusals) require(why.starts_with("shop.conf"), "a refusal names the file");
    shop_server::setting_sources sources;
    for (auto const& entry : file.entries) {
        auto const all = shop_server::settings_table();
        if (std::ranges::find(all, entry.key, &shop_server::setting::name) == all.end()) continue;
        sources.flags[entry.key] = entry.value;
    }
    auto const read = shop_server::read(sources);
    require(read.rows.size() == shop_server::settings_table().size(), "every setting has a value");
    for (auto const& row : read.rows) (void)row.shown();
}

inline std::vector<std::string> configurations() {
    return {"# a shop\nlisten = 127.0.0.1:8080\nstore = sqlite:shop.db\n\nlog-level = debug\nrate-limit = 10/s:20\n",
            "store = postgresql://shop:secret@db:5432/shop?sslmode=verify-full\nproduct = "
            "http://a:1,https://b:2\ngrace = 5s\n",
            "jwt-issuer = https://issuer.example\njwt-audience = shop\njwt-keys = file:/etc/shop/jwks.json\nbase-path "
            "= /shop\n",
            "allowed-origins = https://shop.example\ntrusted-proxies = 10.0.0.0/8,fd00::/8\ntrace-ratio = "
            "0.5\nconnections = 100\n",
            "smtp = smtps://mail:465\nmail-from = Mugs, Cups <shop@example.com>\nsmtp-tls = required\n"};
}

// --- a mail, and the replies to it
// ------------------------------------------------------------------------------------------------

/// The lines of the input are an address, a name, a subject and an address to unsubscribe at; the rest is the text.
inline void look_at_mail(std::string_view input) {
    auto const line = [&input] {
        auto const end = std::min(input.find('\n'), input.size());
        std::string out(input.substr(0, end));
        input.remove_prefix(std::min(end + 1, input.size()));
        return out;
    };
    shop_server::mail_parts parts;
    parts.from = {"shop@example.com", "Shop"};
    parts.to.address = line();
    parts.to.name = line();
    parts.subject = line();
    parts.unsubscribe = line();
    parts.text = parts.html = std::string(input);
    parts.id = "0193a5b0-0000-7000-8000-000000000001";
    shop_server::smtp_exchange replies;
    replies.reply(parts.subject);
    require(replies.status().size() <= 13, "a status is a code and a status");
    auto const mail = shop_server::compose_mail(parts);
    if (!mail) return;
    std::string_view rest = *mail;
    std::size_t headers = 0;
    for (bool in_head = true; !rest.empty();) {
        auto const end = rest.find("\r\n");
        require(end != rest.npos, "every line ends");
        auto const one = rest.substr(0, end);
        rest.remove_prefix(end + 2);
        require(std::ranges::all_of(one, [](char c) { return c == '\t' || (c >= ' ' && c <= '~'); }), "is ASCII");
        require(one.size() <= 998 && !one.starts_with('.'), "is a line of mail");
        in_head = in_head && !one.empty();
        if (in_head && !one.starts_with(' ')) ++headers;
    }
    auto const wanted = 8u + (parts.unsubscribe.empty() ? 0 : 1) + (parts.html.empty() ? 1 : 0);
    require(headers == wanted, "no value adds a header");
}

inline std::vector<std::string> mails() {
    return {"ann@example.net\nAnn\nYour order\nhttps://shop.example/u\nThank you.\n.\n",
            "ann@example.net\nM\u00fcller, \"Ann\" <a@b>\n=?utf-8?Q?x?= \u732b\n\nGr\u00fc\u00dfe = \r \r\nFrom \t\n"};
}

inline constexpr std::array<target, 7> targets{{{"head", look_at_head, heads},
                                                {"jwt", look_at_token, tokens},
                                                {"jwks", look_at_key_set, key_sets},
                                                {"key_file", look_at_key_file, key_files},
                                                {"cursor", look_at_cursor, cursors},
                                                {"configuration", look_at_configuration, configurations},
                                                {"mail", look_at_mail, mails}}};

}  // namespace shop_test::fuzz
