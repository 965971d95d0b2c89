#!/usr/bin/env bash
# Spectral refuses what OpenAPI 3.1 allows: the roles or scopes of an operation beside a security scheme that is not OAuth.
#   findings/roles-in-openapi.sh     needs npm; installs into a temporary folder
# OpenAPI 3.1, Security Requirement Object: "For other security scheme types, the array MAY contain a list of role names which
# are required for the execution". Seen with @stoplight/spectral-cli 6.16.3: `oas3-operation-security-defined` warns that the name
# "must be listed among scopes", of a scheme `http` `bearer`, which cannot list any. @redocly/cli 2.77.0 takes it.
# Why it matters: who lints with every warning as an error cannot say the scopes of API keys where OpenAPI has the place for
# them. The description of `shop` says them in the text of each operation.
set -euo pipefail
folder=$(mktemp -d) && cd "$folder"
trap 'rm -rf "$folder"' EXIT
npm install --ignore-scripts --no-audit --no-fund --loglevel=error @stoplight/spectral-cli@6.16.3 >/dev/null
cat >openapi.json <<'JSON'
{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "servers": [{"url": "/"}],
 "paths": {"/orders": {"get": {"operationId": "orders", "security": [{"bearer": ["orders:read"]}],
                               "responses": {"200": {"description": "Done."}}}}},
 "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}}}
JSON
echo 'extends: [["spectral:oas", off]]
rules: {oas3-operation-security-defined: warn}' >rules.yaml
node_modules/.bin/spectral lint openapi.json --ruleset rules.yaml --fail-severity warn || true
