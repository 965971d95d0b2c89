#!/usr/bin/env bash
# One database and one role for each service, with the passwords that the services themselves show.
#
# The image `postgres` runs this when its volume is empty. It may run again: then only the passwords are set, which is how
# they are changed.
#   docker compose exec postgres /docker-entrypoint-initdb.d/10-shop.sh
# The passwords come from the services' passfiles (HOST:PORT:DATABASE:ROLE:PASSWORD), so that no password stands in two places.
set -euo pipefail

die() { echo "init: $*" >&2; exit 1; }
folder=${SECRETS:-/run/secrets}

for service in product inventory order notification; do
    file=$folder/$service-database
    [[ -r $file ]] || die "$file cannot be read"
    IFS=: read -r _ _ database role password <"$file" || die "$file has no whole line"
    [[ $database =~ ^[a-z][a-z0-9_]*$ && $role =~ ^[a-z][a-z0-9_]*$ ]] || die "$file: a database and a role of a-z, 0-9 and _"
    [[ $password =~ ^[A-Za-z0-9]{32,}$ ]] || die "$file: a password of 32 or more letters and digits; script/secrets makes them"
    # By standard input: arguments are seen by whoever sees processes.
    psql -X -q -v ON_ERROR_STOP=1 --no-password --username "${POSTGRES_USER:-postgres}" --dbname postgres <<SQL
SELECT 'CREATE ROLE $role LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$role') \gexec
ALTER ROLE $role PASSWORD '$password';
SELECT 'CREATE DATABASE $database OWNER $role' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '$database') \gexec
REVOKE ALL ON DATABASE $database FROM PUBLIC;
SQL
    echo "init: database $database of role $role"
done
