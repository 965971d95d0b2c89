#pragma once

#include <optional>
#include <stdexcept>
#include <string>

#include "postgres_server.hpp"
#include "process.hpp"
#include "scratch.hpp"

namespace shop_test {

/// PgBouncer before a server, with fewer connections to it than its clients have in transaction mode.
class pooler {
public:
    explicit pooler(postgres_server const& before, std::string const& settings = transaction_mode) {
        postgres_server::give_to_postgres(folder_.file(""));
        folder_.write("pgbouncer.ini", "[databases]\n* = host=" + before.socket_folder() +
                                           " user=shop\n[pgbouncer]\nlisten_addr =\nauth_type = any\n"
                                           "unix_socket_dir = " +
                                           folder_.file("") +
                                           "\nunix_socket_mode = 0777\n"
                                           "listen_port = 6432\n" +
                                           settings);
        start();
    }
    static constexpr auto transaction_mode = "pool_mode = transaction\ndefault_pool_size = 3\nserver_reset_query =\n";
    static constexpr auto session_mode = "pool_mode = session\ndefault_pool_size = 20\n";
    void start() {
        process_.emplace(as_unprivileged({"/usr/sbin/pgbouncer", folder_.file("pgbouncer.ini")}));
        if (!process_->wait_for_err("process up"))
            throw std::runtime_error("PgBouncer does not start: " + process_->err());
    }
    void kill() {
        process_->signal(SIGKILL);
        process_->wait();
    }
    std::string url(std::string const& database) const {
        return url_of_socket(folder_.file(""), database) + "&port=6432";
    }

private:
    scratch folder_;
    std::optional<process> process_;
};

}  // namespace shop_test
