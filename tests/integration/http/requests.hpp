#pragma once

#include <string>

/// Requests as bytes.
namespace shop::http::test {

inline std::string get(std::string const& path, std::string const& lines = {}) {
    return "GET " + path + " HTTP/1.1\r\nHost: shop\r\n" + lines + "\r\n";
}
inline std::string post(std::string const& path, std::string const& lines, std::string const& body) {
    return "POST " + path + " HTTP/1.1\r\nHost: shop\r\n" + lines + "\r\n" + body;
}
inline std::string post(std::string const& path, std::string const& body) {
    return post(path, "Content-Length: " + std::to_string(body.size()) + "\r\n", body);
}

}  // namespace shop::http::test
