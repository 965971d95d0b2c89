#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "process.hpp"
#include "scratch.hpp"

namespace shop_test {

/// What a proxy is started with: its configuration of deploy/proxies, adapted to the test's ports.
struct proxy_site {
    std::string text;
    std::string port;       ///< where the proxy listens, on 127.0.0.1
    scratch const& folder;  ///< its own

    /// Writes a main configuration that takes the site in, and says where it is. `$site` in it is where the site is,
    /// `$folder` the proxy's own folder, `$port` its port.
    std::string write(std::string main) const {
        replace_all(main, "$site", folder.write("site.conf", text));
        replace_all(main, "$folder", folder.file("."));
        replace_all(main, "$port", port);
        return folder.write("main.conf", main);
    }
    static void replace_all(std::string& in, std::string const& from, std::string const& to) {
        for (auto at = in.find(from); at != in.npos; at = in.find(from, at + to.size()))
            in.replace(at, from.size(), to);
    }
};

/// A kind of proxy: what Debian calls it, and how one is started that touches nothing but its own folder.
struct proxy_kind {
    std::string name;     ///< of its file in deploy/proxies
    std::string package;  ///< Debian's
    std::string program;
    /// The words of its file that say where it listens, and what they become; `$port` is the port.
    std::string listens, listens_here;
    /// The words of its file that say for how many seconds a connection to the server is kept idle, and the same for as
    /// short a time as there is.
    std::string keeps_idle, keeps_idle_briefly;
    std::vector<std::string> (*command)(proxy_site const&);

    bool is_installed() const { return ::access(program.c_str(), X_OK) == 0; }
    std::string why_skipped() const { return program + " is not installed: apt-get install " + package; }
    /// deploy/proxies/NAME.conf
    std::string configuration() const {
        std::ifstream file(SHOP_SOURCE_DIR "/deploy/proxies/" + name + ".conf");
        if (!file) throw std::runtime_error("deploy/proxies/" + name + ".conf is missing");
        return {std::istreambuf_iterator<char>(file), {}};
    }
    friend std::ostream& operator<<(std::ostream& out, proxy_kind const& kind) { return out << kind.name; }
};

namespace proxy_commands {

inline std::vector<std::string> nginx(proxy_site const& site) {
    auto const main = site.write(R"(daemon off;
pid $folder/pid;
error_log stderr;
worker_processes 1;
events {}
http {
    access_log off;
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    include $site;
}
)");
    return {"/usr/sbin/nginx", "-p", site.folder.file("."), "-e", "stderr", "-c", main};
}

inline std::vector<std::string> apache(proxy_site const& site) {
    std::string main = R"(ServerRoot $folder
DefaultRuntimeDir $folder
PidFile $folder/pid
Mutex file:$folder
ErrorLog /dev/stderr
ServerName 127.0.0.1
User www-data
Group www-data
Listen 127.0.0.1:$port
)";
    for (std::string module : {"mpm_event", "authz_core", "filter", "deflate", "proxy", "proxy_http"}) {
        main += "LoadModule " + module + "_module /usr/lib/apache2/modules/mod_" + module + ".so\n";
    }
    return {"/usr/sbin/apache2", "-D", "FOREGROUND", "-f", site.write(main + "Include $site\n")};
}

inline std::vector<std::string> caddy(proxy_site const& site) {
    auto const main = site.write("{\n\tadmin off\n\tauto_https off\n}\nimport $site\n");
    return {"/usr/bin/caddy", "run", "--config", main, "--adapter", "caddyfile"};
}

inline std::vector<std::string> haproxy(proxy_site const& site) {
    return {"/usr/sbin/haproxy", "-db", "-f", site.folder.write("site.conf", site.text)};
}

/// Its settings that are no VCL stand in a line of the file that says how to start it.
inline std::vector<std::string> varnish(proxy_site const& site) {
    std::vector<std::string> command{"/usr/sbin/varnishd",    "-F", "-j", "none", "-T", "none", "-n",
                                     site.folder.file("work")};
    auto const file = site.folder.write("site.vcl", site.text);
    auto const line = site.text.find("varnishd -a ");
    std::istringstream words(site.text.substr(line, site.text.find('\n', line) - line));
    std::string word;
    for (words >> word; words >> word;) command.push_back(word == "/etc/varnish/shop.vcl" ? file : word);
    return command;
}

}  // namespace proxy_commands

/// Those that the documents name.
inline std::vector<proxy_kind> const& proxy_kinds() {
    static std::vector<proxy_kind> const kinds{
        {"nginx", "nginx", "/usr/sbin/nginx", "listen 80;", "listen 127.0.0.1:$port;", "keepalive_timeout 60s",
         "keepalive_timeout 200ms", proxy_commands::nginx},
        {"apache", "apache2-bin", "/usr/sbin/apache2", "<VirtualHost *:80>", "<VirtualHost 127.0.0.1:$port>",
         " ttl=60 ", " ttl=1 ", proxy_commands::apache},
        {"caddy", "caddy", "/usr/bin/caddy", ":80 {", "http://:$port {\n\tbind 127.0.0.1", "keepalive 60s",
         "keepalive 200ms", proxy_commands::caddy},
        {"haproxy", "haproxy", "/usr/sbin/haproxy", "bind :80", "bind 127.0.0.1:$port", "pool-purge-delay 5s\n",
         "pool-purge-delay 200ms\n", proxy_commands::haproxy},
        {"varnish", "varnish", "/usr/sbin/varnishd", "-a :80", "-a 127.0.0.1:$port", "backend_idle_timeout=60\n",
         "backend_idle_timeout=1\n", proxy_commands::varnish},
    };
    return kinds;
}

/// A proxy that runs beside the test in a folder of its own, in front of a server.
/// @par Thread safety
/// Distinct objects: safe.
class proxy {
public:
    /// Words of the configuration and what they are to be in this test.
    using changes = std::vector<std::pair<std::string, std::string>>;

    /// Starts it, and waits until it listens.
    /// @param server, admin the ports of the server that take the place of 8080 and 8081
    proxy(proxy_kind const& kind, unsigned short server, unsigned short admin, changes const& more = {}) {
        auto text = kind.configuration();
        change(text, kind.name == "varnish" ? ".port = \"8080\"" : "127.0.0.1:8080",
               kind.name == "varnish" ? ".port = \"" + std::to_string(server) + "\""
                                      : "127.0.0.1:" + std::to_string(server));
        if (text.find("port 8081") != text.npos) change(text, "port 8081", "port " + std::to_string(admin));
        for (auto const& [from, to] : more) change(text, from, to);
        // Somebody may take the port between its choice and its use: then another one.
        for (int tried = 0; tried < 20; ++tried) {
            if (start(kind, text)) return;
        }
        throw std::runtime_error(kind.name + " does not start: " + process_->out() + process_->err());
    }
    ~proxy() {
        process_->signal(SIGTERM);  // its own children with it, in order
        process_->wait();
    }

    unsigned short port() const { return port_; }
    std::string log() const { return process_->out() + process_->err(); }
    /// Waits until it says this; false if it ends, or a minute passes, without it.
    bool wait_for_out(std::string const& text) { return process_->wait_for_out(text); }

private:
    static void change(std::string& text, std::string const& from, std::string const& to) {
        auto const at = text.find(from);
        if (at == text.npos || text.find(from, at + 1) != text.npos) {
            throw std::runtime_error("a proxy's configuration does not say once: " + from);
        }
        text.replace(at, from.size(), to);
    }
    static unsigned short free_port() {
        using tcp = boost::asio::ip::tcp;
        boost::asio::io_context context;
        return tcp::acceptor(context, {boost::asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
    }

    bool start(proxy_kind const& kind, std::string text) {
        process_.reset();
        folder_.emplace();
        // A proxy that was started by root works as another user.
        std::filesystem::permissions(folder_->file("."), std::filesystem::perms::all);
        port_ = free_port();
        auto here = kind.listens_here;
        proxy_site::replace_all(here, "$port", std::to_string(port_));
        change(text, kind.listens, here);
        std::map<std::string, std::string> const homes{{"HOME", folder_->file(".")},
                                                       {"XDG_DATA_HOME", folder_->file(".")},
                                                       {"XDG_CONFIG_HOME", folder_->file(".")}};
        // It ends with the test, even if that is killed.
        std::vector<std::string> command{"/usr/bin/setpriv", "--pdeathsig", "TERM"};
        for (auto& word : kind.command({text, std::to_string(port_), *folder_})) command.push_back(std::move(word));
        process_.emplace(std::move(command), homes, family::group);
        while (!process_->has_ended()) {
            if (listens()) return true;
        }
        process_->wait();
        return false;
    }
    bool listens() const {
        boost::asio::io_context context;
        boost::asio::ip::tcp::socket socket(context);
        boost::system::error_code refused;
        socket.connect({boost::asio::ip::address_v4::loopback(), port_}, refused);
        if (refused) std::this_thread::yield();
        return !refused;
    }

    std::optional<scratch> folder_;
    std::optional<process> process_;
    unsigned short port_ = 0;
};

}  // namespace shop_test
