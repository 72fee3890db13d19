#!/bin/sh
# Runs once, when the database folder is empty: a role that owns one database and is no superuser. It may make roles, because the
# application's migrations make the second one, which owns nothing and which the application then works under.
set -eu

psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set owner="$KEYWARD_OWNER" --set database="$KEYWARD_DATABASE" --set password="$(cat /run/keyward/owner-password)" <<'SQL'
create role :"owner" login createrole password :'password';
create database :"database" owner :"owner";
revoke connect on database :"database" from public;
SQL
