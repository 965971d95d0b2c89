#pragma once

#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "process.hpp"
#include "scratch.hpp"

namespace shop_test {

/// A mail as Python's `email` reads it, which shares no code with ours.
struct parsed_mail {
    std::map<std::string, std::vector<std::string>> headers;
    std::map<std::string, std::vector<std::pair<std::string, std::string>>> addresses;  ///< name and address
    std::vector<std::pair<std::string, std::string>> parts;                             ///< type and decoded content
    std::vector<std::string> defects;
    std::string type;

    std::string header(std::string const& name) const {
        auto const found = headers.find(name);
        return found != headers.end() && found->second.size() == 1 ? found->second.front() : "not once";
    }
};

inline std::vector<parsed_mail> parse_mail_files(std::vector<std::string> const& paths) {
    std::vector<std::string> command{"/usr/bin/python3", SHOP_SOURCE_DIR "/tests/support/read_mails.py"};
    command.insert(command.end(), paths.begin(), paths.end());
    auto const read = run(std::move(command), {{"PYTHONIOENCODING", "utf-8"}});
    if (read.code != 0) throw std::runtime_error("read_mails.py: " + read.err);
    std::vector<parsed_mail> out;
    std::istringstream lines(read.out);
    for (std::string line; std::getline(lines, line);) {
        auto const seen = boost::json::parse(line);
        auto const text = [](boost::json::value const& value) { return std::string(value.as_string()); };
        parsed_mail mail;
        mail.type = text(seen.at("type"));
        for (auto const& one : seen.at("defects").as_array()) mail.defects.push_back(text(one));
        for (auto const& [name, values] : seen.at("headers").as_object()) {
            for (auto const& value : values.as_array()) mail.headers[name].push_back(text(value));
        }
        for (auto const& [name, all] : seen.at("addresses").as_object()) {
            for (auto const& one : all.as_array()) mail.addresses[name].emplace_back(text(one.at(0)), text(one.at(1)));
        }
        for (auto const& part : seen.at("parts").as_array()) {
            mail.parts.emplace_back(text(part.at("type")), text(part.at("content")));
        }
        out.push_back(std::move(mail));
    }
    return out;
}

/// All in one go: Python takes longer to start than to read.
inline std::vector<parsed_mail> parse_mails(std::vector<std::string> const& mails) {
    scratch const folder;
    std::vector<std::string> paths;
    for (auto const& mail : mails) paths.push_back(folder.write(std::to_string(paths.size()), mail));
    return parse_mail_files(paths);
}

}  // namespace shop_test
