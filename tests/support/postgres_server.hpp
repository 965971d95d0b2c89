#pragma once

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "process.hpp"
#include "scratch.hpp"

namespace shop_test {

/// The folder of PostgreSQL's programs: Debian keeps them out of the path, one folder for each version.
inline std::filesystem::path system_postgres_programs() {
    std::vector<std::filesystem::path> found;
    std::error_code none;
    for (auto const& version : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
        if (std::filesystem::exists(version.path() / "bin/postgres")) found.push_back(version.path() / "bin");
    }
    if (found.empty())
        throw std::runtime_error("there is no PostgreSQL under /usr/lib/postgresql: script/setup installs it");
    return *std::max_element(found.begin(), found.end());
}

/// A program of the PostgreSQL that SHOP_TEST_POSTGRES names by its folder, or of the system's. What another one does
/// not bring, such as psql, is the system's.
inline std::string postgres_program(std::string const& name) {
    if (auto const* other = std::getenv("SHOP_TEST_POSTGRES")) {
        auto const found = std::filesystem::path(other) / "bin" / name;
        if (std::filesystem::exists(found)) return found.string();
        if (name == "postgres")
            throw std::runtime_error(found.string() + " is not there, though SHOP_TEST_POSTGRES says so");
    }
    return (system_postgres_programs() / name).string();
}

/// PostgreSQL does not run as root: then it runs as the user that its package made.
inline std::vector<std::string> as_unprivileged(std::vector<std::string> command) {
    if (::geteuid() == 0) {
        std::vector<std::string> const before{"/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres",
                                              "--clear-groups"};
        command.insert(command.begin(), before.begin(), before.end());
    }
    return command;
}

/// The connection string for whoever listens at a socket in this folder.
inline std::string url_of_socket(std::string folder, std::string const& database) {
    for (auto at = folder.find('/'); at != folder.npos; at = folder.find('/', at + 3)) folder.replace(at, 1, "%2F");
    return "postgresql://shop@/" + database + "?host=" + folder;
}

/// A PostgreSQL of the test's own, in a temporary folder, reached through a socket there and by nobody else. It goes
/// with the object.
class postgres_server {
public:
    /// @param settings `name=value`, beside those that keep it private
    explicit postgres_server(std::vector<std::string> settings = {}) : settings_(std::move(settings)) {
        give_to_postgres(folder_.file(""));
        // A collation that is not by bytes, so that whoever relies on the server's own is found out.
        expect_success({program("initdb"), "-D", data(), "-U", "shop", "-A", "trust", "-E", "UTF8", "--no-sync",
                        "--no-instructions", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"});
        start();
    }
    /// A copy of another one, as `pg_basebackup` made it in `folder`.
    postgres_server(scratch folder, std::vector<std::string> settings)
        : folder_(std::move(folder)), settings_(std::move(settings)) {
        start();
    }
    ~postgres_server() { kill(); }

    void start() {
        // After a kill the server syncs all its files: at once, not one after another.
        std::vector<std::string> command{program("postgres"),
                                         "-D",
                                         data(),
                                         "-k",
                                         folder_.file(""),
                                         "-c",
                                         "listen_addresses=",
                                         "-c",
                                         "recovery_init_sync_method=syncfs"};
        for (auto const& s : settings_) command.insert(command.end(), {"-c", s});
        // After a kill the backends of the one before may still be on their way out.
        for (int tried = 0; tried < 600; ++tried) {
            process_.emplace(as_unprivileged(command));
            if (process_->wait_for_err("ready to accept")) return;
            process_->wait();
        }
        throw std::runtime_error("PostgreSQL does not start: " + process_->err());
    }
    /// Cuts all connections, as an administrator in a hurry does.
    void stop() { end(SIGINT); }
    void kill() { end(SIGKILL); }
    pid_t pid() const { return process_->pid(); }
    std::string log() const { return process_->err(); }

    std::string socket_folder() const { return folder_.file(""); }
    std::string url(std::string const& database = "postgres") const { return url_of_socket(socket_folder(), database); }
    /// An empty database. @return its name
    std::string create_database() {
        static std::atomic<int> made = 0;
        auto const name = "shop_" + std::to_string(++made);
        sql("CREATE DATABASE " + name);
        return name;
    }
    /// Runs SQL. @return its output, without decoration
    std::string sql(std::string const& text, std::string const& database = "postgres") const {
        auto const done =
            run({program("psql"), "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", url(database), "-c", text});
        if (done.code != 0) throw std::runtime_error(text + ": " + done.err);
        return done.out.substr(0, done.out.find_last_not_of('\n') + 1);
    }

    static std::string program(char const* name) { return postgres_program(name); }
    std::string data() const { return folder_.file("data"); }

    static void give_to_postgres(std::filesystem::path const& folder) {
        if (::geteuid() != 0) return;
        auto const* user = ::getpwnam("postgres");
        if (!user || ::chown(folder.c_str(), user->pw_uid, user->pw_gid) != 0) {
            throw std::runtime_error("the user postgres is missing: script/setup installs PostgreSQL");
        }
    }
    static void expect_success(std::vector<std::string> command) {
        auto const done = run(as_unprivileged(std::move(command)));
        if (done.code != 0) throw std::runtime_error(done.out + done.err);
    }

private:
    void end(int signal) {
        if (!process_) return;
        process_->signal(signal);
        process_->wait();
    }

    scratch folder_;
    std::vector<std::string> settings_;
    std::optional<process> process_;
};

/// One for all tests of this process.
inline postgres_server& shared_postgres() {
    static postgres_server server({"max_connections=200"});
    return server;
}

}  // namespace shop_test
