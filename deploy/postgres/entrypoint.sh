#!/bin/sh
# Starts the PostgreSQL of docker-compose.yml. Its key and passwords are mounted from the host, where they belong to whoever made
# them, and nobody else may read them. So they are copied, in memory, before the image's own entry point gives up root.
set -eu

copy() {
  install -o postgres -g postgres -m 0600 "$1" "/run/keyward/$2"
}

copy /run/certs/server.key server.key
copy /run/secrets/superuser_password superuser-password
copy /run/secrets/owner_password owner-password
exec docker-entrypoint.sh "$@"
