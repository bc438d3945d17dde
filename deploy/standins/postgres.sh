#!/bin/sh
# The part of the postgres image's start that docker-compose.yml relies on.
set -eu
if [ ! -s "${PGDATA}/PG_VERSION" ]; then
    printf '%s' "${POSTGRES_PASSWORD}" > /tmp/password
    initdb --username "${POSTGRES_USER}" --pwfile /tmp/password --auth-host scram-sha-256 --encoding UTF8
    rm /tmp/password
    echo "host all all all scram-sha-256" >> "${PGDATA}/pg_hba.conf"
    pg_ctl --wait start --options "-c listen_addresses="
    createdb --username "${POSTGRES_USER}" "${POSTGRES_DB}"
    pg_ctl --wait stop
fi
exec postgres -c "listen_addresses=*"
