#include "message/wire.hpp"

#include <charconv>

namespace shop::http::detail {
namespace {

std::string_view reason(unsigned status) {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 406:
            return "Not Acceptable";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 428:
            return "Precondition Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "";
    }
}

std::string_view cache_line(cache_policy policy) {
    switch (policy) {
        case cache_policy::revalidate:
            return "Cache-Control: private, no-cache\r\n";
        case cache_policy::no_store:
            return "Cache-Control: private, no-store\r\n";
        case cache_policy::as_it_comes:
            return "Cache-Control: no-store, no-transform\r\n";
    }
    return {};
}

void append_number(std::string& out, std::size_t number) {
    char digits[20];
    auto const end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    out.append(digits, end);
}

}  // namespace

std::string_view date_line::now() {
    auto const second = std::time(nullptr);
    if (second == second_) return line_;
    second_ = second;
    std::tm parts{};
    ::gmtime_r(&second, &parts);
    // Not strftime's %a and %b: those follow the locale.
    static constexpr char const* days[]{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr char const* months[]{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char day[16], rest[32];
    std::strftime(day, sizeof day, ", %d ", &parts);
    std::strftime(rest, sizeof rest, " %Y %H:%M:%S GMT\r\n", &parts);
    line_.assign("Date: ").append(days[parts.tm_wday]).append(day).append(months[parts.tm_mon]).append(rest);
    return line_;
}

void append_head(std::string& out, response const& answer, head_facts const& facts) {
    auto const status = answer.status >= 200 && answer.status <= 599 ? answer.status : 500;
    out.append("HTTP/1.1 ");
    append_number(out, status);
    out.append(" ").append(reason(status)).append("\r\n").append(facts.date);
    if (answer.stream) {
        out.append("Content-Type: ").append(answer.content_type()).append("\r\n");
        if (!facts.http_1_0) out.append("Transfer-Encoding: chunked\r\n");
    } else if (!is_bodiless(status)) {
        if (!answer.body.empty()) out.append("Content-Type: ").append(answer.content_type()).append("\r\n");
        out.append("Content-Length: ");
        append_number(out, answer.body.size());
        out.append("\r\n");
    }
    out.append(cache_line(answer.cache)).append("X-Content-Type-Options: nosniff\r\n").append(answer.fields());
    if (facts.only_tls) out.append("Strict-Transport-Security: max-age=31536000\r\n");  // a year
    if (!facts.id.empty()) out.append("X-Request-Id: ").append(facts.id).append("\r\n");
    if (!facts.trace.empty()) out.append("traceparent: ").append(facts.trace).append("\r\n");
    if (facts.close) {
        out.append("Connection: close\r\n");
    } else if (facts.http_1_0) {
        out.append("Connection: keep-alive\r\n");
    }
    out.append("\r\n");
}

}  // namespace shop::http::detail
