"""The `zhijian` command. Own commands first; whatever it does not know goes to Django's command of that name.

Imports are lazy: Django takes seconds to set up, `zhijian --help` must not.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Sequence

# Commands that look at files and code only: no database server is started for them.
OFFLINE = {
    *("makemigrations", "check", "compilemessages", "makemessages", "collectstatic", "findstatic", "help"),
    *("startapp", "diffsettings", "version"),
}


# What a server says that lets nobody in: nothing at all, it is starting, wrong password, no such role or database.
_NO_ENTRY = (None, "57P03", "28P01", "28000", "3D000")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; returns the exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijian.config.settings")
    from zhijian.ops import commands

    name, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    own: Callable[[list[str]], int] | None = commands.OWN.get(name)
    try:
        if name in ("-h", "--help", "help"):
            return commands.show_help(rest)
        if own is not None:
            return own(rest)
        if nearest := commands.nearest(name):
            print(f"zhijian: there is no command {name}. Did you mean {' or '.join(nearest)}?", file=sys.stderr)
            return 2
        return django(commands.DJANGO_NAMES.get(name, name), rest, shown=name)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has seen enough (| head)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:
        if type(error).__name__ in ("PlacesError", "ClusterError", "DatabaseError", "OpsError"):
            print(f"zhijian: {error}", file=sys.stderr)
            return 1
        if not_answering := _no_database(error):
            print(f"zhijian: {not_answering}", file=sys.stderr)
            return 1
        raise


def _no_database(error: BaseException | None) -> str:
    """What to say and do when the database server does not let us in; "" when that is not the cause."""
    while error is not None:
        kind = type(error)
        refused = kind.__module__.startswith("psycopg") and kind.__name__ in ("OperationalError", "ConnectionTimeout")
        if refused and getattr(error, "sqlstate", None) in _NO_ENTRY:
            from zhijian.config import places

            server = places.server_key(places.database_urls().application)
            why = str(error).strip().splitlines()[0]
            return (
                f"the database at {server} does not let us in ({why}).\n"
                "  Is the server running, is the address in DATABASE_URL right, does a firewall stand between?\n"
                "  `zhijian doctor` looks closer; without DATABASE_URL the embedded server is used."
            )
        error = error.__cause__ or error.__context__
    return ""


def django(name: str, rest: list[str], shown: str = "") -> int:
    """Run Django's (or an app's) management command, with the embedded server up where it needs one.

    `shown` is what the person typed, for its usage line.
    """
    from django.core.management import ManagementUtility

    from zhijian.ops import commands
    from zhijian.ops.embedded import database_running

    def execute() -> None:
        if shown in ("", name):
            ManagementUtility(["zhijian", name, *rest]).execute()
            return
        import django as package

        package.setup()
        ManagementUtility().fetch_command(name).run_from_argv(["zhijian", shown, *rest])

    if name in OFFLINE or "--help" in rest or "-h" in rest:
        warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
        if "--help" not in rest and "-h" not in rest:
            execute()
            return 0
        import django as package

        package.setup()
        if not commands.tell(name, shown or name, rest):
            execute()
        return 0
    with database_running():
        execute()
    return 0
