#!/usr/bin/env bash
# libpqxx 6.4 goes on in another session when its own is lost, and a serialization failure is no sql_error for it.
#   findings/libpqxx-goes-on.sh           needs Debian 12, apt-get and g++; unpacks into a temporary folder
# A program sets its timeout with SQL, once, and its server ends that session (a failover, an administrator). Seen:
#   set: 1234ms
#   lost, lost, 0                   the third time no error: a new session, with the server's defaults
#   a serialization failure is no sql_error
# Why it matters: "try again" is what everybody writes, and from then on nothing bounds a statement, advisory locks are gone
# and so are temporary tables. inhibit_reactivation(true), or set_variable(), which is repeated in the new session, help; 7.x
# does not reconnect. Who catches sql_error and asks for its SQLSTATE, 40001, never sees the error that is to be run again.
set -euo pipefail
folder=$(mktemp -d) server= && cd "$folder" && chmod 777 .
trap '[[ -z $server ]] || { kill -INT "$server"; wait "$server" || true; } 2>/dev/null; rm -rf "$folder"' EXIT
apt-get download -qq libpqxx-dev=6.4.5-2 libpqxx-6.4=6.4.5-2 postgresql-15 postgresql-client-15 libpq5 libpq-dev libldap-2.5-0 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
libraries=$PWD/root/usr/lib/x86_64-linux-gnu && export LD_LIBRARY_PATH=$libraries
programs=$PWD/root/usr/lib/postgresql/15/bin plain=() # it does not run as root
((EUID != 0)) || plain=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
"${plain[@]}" "$programs/initdb" -D data -U shop -A trust -N >initdb.log
"${plain[@]}" "$programs/postgres" -D data -k "$folder" -c listen_addresses= -c fsync=off 2>postgres.log & server=$!
cat >try.cpp <<'CPP'
#include <iostream>
#include <pqxx/pqxx>
std::string ask(pqxx::connection& on, char const* sql) {
    pqxx::nontransaction in(on);
    auto const rows = in.exec(sql);
    return rows.empty() ? "" : rows[0][0].c_str();
}
int main(int, char** arguments) {
    pqxx::connection tested(arguments[1]), other(arguments[1]);
    ask(tested, "SET statement_timeout = 1234");
    auto const pid = ask(tested, "SELECT pg_backend_pid()");
    std::cout << "set: " << ask(tested, "SHOW statement_timeout") << std::endl;
    ask(other, ("SELECT pg_terminate_backend(" + pid + ", 10000)").c_str());
    for (int attempt = 0; attempt < 3; ++attempt) {
        try {
            std::cout << ask(tested, "SHOW statement_timeout") << std::endl;
        } catch (pqxx::broken_connection const&) {
            std::cout << "lost, ";
        }
    }
    ask(other, "CREATE TABLE counter AS SELECT 1 AS value");
    pqxx::transaction<pqxx::serializable> late(tested);
    late.exec("SELECT value FROM counter");
    ask(other, "UPDATE counter SET value = 2");
    try {
        late.exec("UPDATE counter SET value = 3");
    } catch (pqxx::sql_error const&) {
        std::cout << "a serialization failure is a sql_error" << std::endl;
    } catch (pqxx::serialization_failure const&) {
        std::cout << "a serialization failure is no sql_error" << std::endl;
    }
}
CPP
g++ -std=c++17 -w -Iroot/usr/include -Iroot/usr/include/postgresql try.cpp -o try -L"$libraries" -lpqxx -lpq
until "$programs/psql" -X -h "$folder" -U shop -d postgres -c 'SELECT 1' >/dev/null 2>&1; do :; done
./try "host=$folder user=shop dbname=postgres" >seen 2>&1 || true
cat seen
[[ $(cat seen) == $'set: 1234ms\nlost, lost, 0\na serialization failure is no sql_error' ]] || { echo "this has changed" >&2; exit 1; }
