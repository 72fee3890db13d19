#!/bin/sh
# Makes what docker-compose.yml mounts besides certificates: keys, passwords and database URLs, each in a file of its own, mode 0600.
# What is there already stays: above all the master key, without which nothing that was encrypted can be read again.
# Usage: deploy/make-secrets.sh FOLDER
set -eu
umask 077

folder=${1:?usage: make-secrets.sh FOLDER}
mkdir -p "$folder/secrets" "$folder/operator"

once() {
  if [ ! -s "$folder/secrets/$1" ]; then cat > "$folder/secrets/$1"; fi
}

random() {
  head -c "$1" /dev/urandom | base64
}

random 32 | once master_key
random 32 | once encryption_service_secret
random 32 | once core_platform_secret

# URL-safe, because it goes into a URL as it is.
database() {
  random 24 | tr '+/' '-_' | once "$1_superuser_password"
  random 24 | tr '+/' '-_' | once "$1_password"
  password=$(cat "$folder/secrets/$1_password")
  printf 'postgresql://%s:%s@%s/%s?sslmode=verify-full&sslrootcert=/run/certs/ca.pem\n' \
    "$2_owner" "$password" "$3:5432" "$2" | once "$1_url"
}

database encryption_service_database keyward_es encryption-service-database
database core_platform_database keyward_cp core-platform-database

echo "Made in $folder. Keep a copy of $folder/secrets/master_key somewhere else."
