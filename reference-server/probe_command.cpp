#include <algorithm>
#include <chrono>
#include <exception>
#include <iostream>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <shop/async/scheduler.hpp>
#include <shop/http/client.hpp>
#include <shop/http/limits.hpp>

#include "commands.hpp"
#include "exceptions.hpp"

namespace shop_server {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// Whoever looks after the process asks again in a few seconds: a slow answer is none.
constexpr auto probe_max = 2s;
constexpr std::size_t answer_shown_max = 256;

struct probe_target {
    shop::http::origin to;
    std::string path;
};

/// `http://127.0.0.1:8081/readyz`; a path must be there, so that nobody takes an answer of `/` for a sign of life.
std::optional<probe_target> target_from(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    if (!url.starts_with(scheme)) return std::nullopt;
    auto const path_at = url.find('/', scheme.size());
    if (path_at == url.npos || path_at + 1 == url.size()) return std::nullopt;
    auto const path = url.substr(path_at);
    auto const plain = [](unsigned char c) { return c > 0x20 && c < 0x7F && c != '#'; };
    if (path.size() > shop::limits::target_bytes_max || !std::ranges::all_of(path, plain)) return std::nullopt;
    auto to = shop::http::origin::parse(url.substr(0, path_at));
    if (!to) return std::nullopt;
    return probe_target{std::move(*to), std::string(path)};
}

/// What came back, as it may be shown on a terminal.
std::string presentable(std::string_view body) {
    std::string out(body.substr(0, answer_shown_max));
    for (char& c : out) {
        if (c < 0x20 || c == 0x7F) c = ' ';
    }
    return out;
}

}  // namespace

exit_code probe(std::string const& url) {
    auto const target = target_from(url);
    if (!target) {
        std::cerr << "shop-server: probe wants http://HOST:PORT/PATH, as in http://127.0.0.1:8081/readyz\n";
        return exit_usage;
    }
    asio::io_context context(1);
    shop::http::client_options bounds;
    bounds.connect_max = probe_max;
    bounds.answer_body_bytes_max = 64 * 1024;
    shop::http::client client(context.get_executor(), target->to, bounds);
    shop::http::client_request question;
    question.target = target->path;
    shop::result<shop::http::client_response> answer;
    std::exception_ptr thrown;
    asio::co_spawn(context, client.exchange(std::move(question), shop::system_scheduler().now() + probe_max),
                   [&](std::exception_ptr broken, shop::result<shop::http::client_response> got) {
                       thrown = broken;
                       answer = std::move(got);
                       context.stop();  // a kept connection would hold the program for its idle time
                   });
    context.run();
    if (thrown) {
        std::cerr << "shop-server: " << words_of_exception(thrown) << '\n';
        return exit_failure;
    }
    if (!answer) {
        std::cerr << "shop-server: no answer: " << answer.error().message() << '\n';
        return exit_failure;
    }
    std::cout << answer->status << ' ' << presentable(answer->body) << std::endl;
    return answer->status >= 200 && answer->status < 300 ? exit_ok : exit_failure;
}

}  // namespace shop_server
