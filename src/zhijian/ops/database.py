"""Databases and roles: made, cloned and dropped; on the embedded server and on a real one alike."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

from zhijian.config import places
from zhijian.config.places import DatabaseUrls

EXTENSIONS = ("pg_trgm", "btree_gin")


class DatabaseError(RuntimeError):
    """The server lacks something or refuses us; the message says what to do."""


@dataclass(frozen=True)
class Powers:
    """What the role of an address may do."""

    superuser: bool
    makes_roles: bool
    makes_databases: bool


def connect(url: str, database: str = "") -> psycopg.Connection:
    """An autocommit connection, with a message that names what to check when the server does not let us in."""
    target = places.with_parts(url, database=database) if database else url
    try:
        return psycopg.connect(target, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise DatabaseError(f"No connection to {places.server_key(target)}: {str(error).strip()}") from error


def powers(connection: psycopg.Connection) -> Powers:
    """What the connected role may do."""
    row = connection.execute(
        "SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    return Powers(row[0], row[0] or row[1], row[0] or row[2]) if row else Powers(False, False, False)


def prepare(urls: DatabaseUrls) -> DatabaseUrls:
    """Roles, database, extensions and default privileges, each made where missing. Returns the addresses to use.

    With an administrator's address the owner is a role of our own, so that row-level security binds it too.
    With an ordinary role's address that role is the owner, and the application's role must exist or be makeable.
    """
    _make_database_if_missing(urls)
    with connect(urls.admin) as admin:
        power = powers(admin)
        owner = places.parse_database_url(urls.owner)
        if power.superuser and not urls.embedded:
            places.note_roles(urls.admin, "own")
            urls = places.database_urls()
            owner = places.parse_database_url(urls.owner)
        application = places.parse_database_url(urls.application)
        if power.superuser:
            _ensure_role(admin, urls.owner, owner["USER"], owner["PASSWORD"], "CREATEDB")
            _give_to(admin, owner["USER"], owner["NAME"])
        if power.makes_roles:
            _ensure_role(admin, urls.application, application["USER"], application["PASSWORD"], "")
        _refuse_powerful_application(admin, application["USER"])
        for extension in EXTENSIONS:
            admin.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
    with connect(urls.owner) as connection:
        grant_defaults(connection, application["USER"])
    return urls


def _make_database_if_missing(urls: DatabaseUrls) -> None:
    name = places.parse_database_url(urls.admin)["NAME"]
    try:
        connect(urls.admin).close()
        return
    except DatabaseError as error:
        if not isinstance(error.__cause__, psycopg.OperationalError) or "does not exist" not in str(error):
            raise
    with connect(urls.admin, "postgres") as admin:
        if not powers(admin).makes_databases:
            raise DatabaseError(f"The database {name} does not exist and the role of DATABASE_URL may not make it.")
        admin.execute(sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name)))


def _ensure_role(admin: psycopg.Connection, url: str, name: str, password: str, extra: str) -> None:
    """Make the role; one that exists keeps its password if ours fits."""
    row = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    verb = "ALTER" if row else "CREATE"
    if row:
        try:
            connect(url).close()
            return
        except DatabaseError:
            pass
    # Roles belong to the whole server: where two processes start together, the second finds the role made.
    statement = sql.SQL(verb + " ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS " + extra + " PASSWORD {}")
    try:
        admin.execute(statement.format(sql.Identifier(name), sql.Literal(password)))
    except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
        return
    except psycopg.errors.InsufficientPrivilege:
        # CREATEROLE without superuser may not spell out NOSUPERUSER on some releases; the default is the same.
        plain = sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}")
        admin.execute(plain.format(sql.Identifier(name), sql.Literal(password)))


def _give_to(admin: psycopg.Connection, owner: str, database: str) -> None:
    """The database belongs to our owner role: only then may it make schemas' objects and trusted extensions."""
    admin.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(database), sql.Identifier(owner)))


def _refuse_powerful_application(admin: psycopg.Connection, role: str) -> None:
    row = admin.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    if row is None:
        raise DatabaseError(
            f"The role {role} does not exist and DATABASE_URL's role may not make it. As an administrator: "
            f"CREATE ROLE {role} LOGIN PASSWORD '…'; then set DATABASE_APP_URL."
        )
    if row[0]:
        raise DatabaseError(f"The application's role {role} passes by row-level security: take that power from it.")


def grant_defaults(owner: psycopg.Connection, application: str) -> None:
    """What the owner makes from now on the application may use; never TRUNCATE, never ownership."""
    role = sql.Identifier(application)
    for statement in (
        "GRANT USAGE ON SCHEMA public TO {}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO {}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON TYPES TO {}",
    ):
        owner.execute(sql.SQL(statement).format(role))


def exists(url: str, name: str) -> bool:
    """Whether a database of that name is on the address's server."""
    with connect(url, "postgres") as connection:
        return bool(connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone())


def clone(url: str, template: str, name: str) -> None:
    """Copy a database that nobody is connected to; a database of that name is dropped first."""
    drop(url, name)
    with connect(url, "postgres") as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        row = connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [template]
        ).fetchone()
        if row and powers(connection).superuser:
            _give_to(connection, row[0], name)


def drop(url: str, name: str) -> None:
    """Drop the database if it is there, whoever is still connected."""
    with connect(url, "postgres") as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
