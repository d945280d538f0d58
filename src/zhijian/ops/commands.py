"""The commands of `zhijian` that are not Django's own, and the help page that lists all by what one wants to do."""

from __future__ import annotations

import argparse
import difflib
import os
import subprocess
import sys
from collections.abc import Callable

# Names people type → management commands of the apps, where the two differ.
DJANGO_NAMES = {"import": "import_registry"}

HELP = """\
zhijian: the working platform of a city market-supervision bureau

Usage: zhijian COMMAND [options]      zhijian COMMAND --help tells more

Get it going
  install              Python packages from the lock, the web parts, the message catalogues (as `make install`)
  run                  database, desk, uploads, jobs, https for phones; with a demo city (as `make run`)
                       --host 0.0.0.0 lets phones in, --port, --pack, --scale, --no-demo
  training             a practice copy beside the real one: marked, own numbers, sends nothing out; --reset begins anew,
                       --own-registry brings the bureau's own enterprises in, without their people
  doctor               look at everything the installation stands on; say what to do
  settings             every environment variable: default, meaning, present value

Data
  migrate              make database and roles where missing, bring the tables up to date
  ready                migrate, catalogues, static files, demo city: whatever is missing
  demo                 the demo city: --scale 0.1, --accounts
  import               take in a register of entities (Excel, CSV): import FILE --dry-run, then import FILE
  body_camera          body_camera FOLDER: take the films of a camera's folder in, matched to visits
  checklist            checklist import FILE, checklist export CODE FILE: the lists that visits go by (Excel, XLSForm)
  pack                 pack check: rules, articles and dates of the chosen place, what is not verified yet
  figures              figures [CODE] --area 370303 --from 2026-10-01 --to 2026-10-31: figures on the terminal

Proof and safety
  verify               check ledger, seals and files against their fingerprints
  backup FILE          database, files and keys into one tar file
  restore FILE         … and back

People, devices, jobs
  user                 user add, user list, user post, user password, user retire
  device               device list, device revoke
  worker               run queued and scheduled jobs, where `run` is not used

For developers
  test                 the tests (as pytest): test tests/kernel -k clock
  db                   db url, db shell, db status: the database server by hand
  flows                what can happen to a matter, as diagrams and tables (docs/flows.md)
  openapi              the API's description; --check compares it with the committed one
  messages             bring the Chinese catalogue up to date; list what lacks a translation
  channels_simulator   simulated SMS and group robots until Ctrl-C, and the settings that use them
  seal_simulator       a simulated e-seal service until Ctrl-C, and the settings that use it
  open311_simulator    a simulated Open311 endpoint until Ctrl-C, with a store of its own
  lock                 renew requirements.lock and the npm locks
  help COMMAND         the same as COMMAND --help
"""


# Options that every command of Django has; ours are told without them.
_COMMON = frozenset(
    {"version", "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color", "skip_checks"}
)


def nearest(name: str) -> list[str]:
    """Commands that a mistyped name may mean; none when there is such a command, or nothing is like it."""
    if name.startswith("-"):
        return []
    from django.core.management import get_commands

    listed = {line.split()[0] for line in HELP.splitlines() if line[:2] == "  " and line[2:3].strip()}
    if name in listed or name in OWN or name in DJANGO_NAMES:
        return []
    import django

    django.setup()
    every = set(get_commands())
    return [] if name in every else difflib.get_close_matches(name, sorted(listed | every), n=2)


def tell(name: str, shown: str, rest: list[str]) -> bool:
    """Print the help of a command of ours, with an example; False for Django's own, which tell it themselves."""
    from django.core.management import get_commands, load_command_class

    app = get_commands().get(name, "")
    if not isinstance(app, str) or not app.startswith("zhijian."):
        return False
    command = load_command_class(app, name)
    parser = command.create_parser("zhijian", shown)
    for action in parser._actions:
        if action.dest in _COMMON:
            action.help = argparse.SUPPRESS
    more = getattr(command, "more_help", str)()
    parser.epilog = "\n\n".join(filter(None, [f"Example:\n  zhijian {command.example}", more]))
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    try:
        parser.parse_args(rest)  # prints the help, of a part (`pack check --help`) too
    except SystemExit:
        return True
    return True


def _no_options(rest: list[str], of: Callable[[list[str]], int]) -> None:
    """For a command that takes none: --help tells what it does instead of doing it, anything else is refused."""
    argparse.ArgumentParser(prog=f"zhijian {of.__name__}", description=of.__doc__).parse_args(rest)


def show_help(topic: list[str]) -> int:
    """The help page; `zhijian help X` is `zhijian X --help`."""
    from zhijian.cli import main

    if topic and not topic[0].startswith("-"):
        return main([topic[0], "--help"])
    print(HELP)
    print("Everything else is a command of Django (shell, dbshell, createcachetable, …): zhijian commands lists them.")
    return 0


def migrate(rest: list[str]) -> int:
    """Make roles and database where missing, then bring the tables up to date as the owner."""
    from zhijian.config import places
    from zhijian.ops import database
    from zhijian.ops.embedded import database_running

    with database_running():
        if "--help" not in rest and "-h" not in rest:
            database.prepare(places.database_urls())
        from django.core.management import execute_from_command_line

        if not any(word.startswith("--database") for word in rest):
            rest = [*rest, "--database", "owner"]
        execute_from_command_line(["zhijian", "migrate", *rest])
    return 0


def run(rest: list[str]) -> int:
    """The whole of Zhijian until Ctrl-C."""
    from zhijian.ops.run import command

    return command(rest)


def training(rest: list[str]) -> int:
    """A practice copy until Ctrl-C."""
    from zhijian.ops.training import command

    return command(rest)


def ready(rest: list[str]) -> int:
    """Whatever is missing."""
    from zhijian.ops.ready import command

    return command(rest)


def install(rest: list[str]) -> int:
    """Everything that is needed, each part only when its inputs changed (as `make install`)."""
    _no_options(rest, install)
    from zhijian.ops.install import main

    return main()


def settings(rest: list[str]) -> int:
    """The table of environment variables."""
    parser = argparse.ArgumentParser(prog="zhijian settings", description=settings.__doc__)
    parser.add_argument("--markdown", action="store_true", help="as a table for the operator's page")
    options = parser.parse_args(rest)
    from zhijian.config import environment, places

    print(environment.table(options.markdown))
    if not options.markdown:
        urls = places.database_urls()
        print(f"\nData folder: {places.data_home()}\nDatabase:    {places.server_key(urls.application)}")
    return 0


def doctor(rest: list[str]) -> int:
    """Look at everything that the installation stands on; say what to do. The exit code is 1 when something is bad."""
    _no_options(rest, doctor)
    from zhijian.ops.doctor import command

    return command()


def backup(rest: list[str]) -> int:
    """Write a backup."""
    from zhijian.ops import backup as module

    return module.backup(rest)


def restore(rest: list[str]) -> int:
    """Put a backup back."""
    from zhijian.ops import backup as module

    return module.restore(rest)


def test(rest: list[str]) -> int:
    """pytest, from the checkout's folder."""
    from zhijian.config.places import CHECKOUT

    return subprocess.run([sys.executable, "-m", "pytest", *rest], cwd=CHECKOUT).returncode


def lock(rest: list[str]) -> int:
    """Renew requirements.lock and the npm locks."""
    _no_options(rest, lock)
    from zhijian.ops.locks import renew

    return renew()


def messages(rest: list[str]) -> int:
    """Bring the catalogue up to date from code and templates; exit code 1 while something lacks a translation."""
    parser = argparse.ArgumentParser(prog="zhijian messages", description=messages.__doc__)
    parser.add_argument("files", nargs="*", help='JSON files {"English": "中文"} to fill in from')
    options = parser.parse_args(rest)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijian.config.settings")
    import json
    from pathlib import Path

    import django

    django.setup()
    from zhijian.ops import catalogue
    from zhijian.ops import messages as module

    known: dict[str, str] = {}
    for name in options.files:
        known |= json.loads(Path(name).read_text(encoding="utf-8"))
    module.update(known)
    catalogue.compile_all()
    gaps = module.missing()
    print("\n".join(gaps) or "Every message has its translation.")
    return 1 if gaps else 0


def db(rest: list[str]) -> int:
    """The database server by hand: `url`, `shell [owner|application|admin]`, `status`."""
    parser = argparse.ArgumentParser(prog="zhijian db", description=db.__doc__)
    parser.add_argument("what", choices=["url", "shell", "status"])
    parser.add_argument("role", nargs="?", choices=["owner", "application", "admin"], default="application")
    options = parser.parse_args(rest)
    from zhijian.config import places
    from zhijian.ops.embedded import database_running, main_cluster

    url = getattr(places.database_urls(), options.role)
    if options.what == "url":
        print(url)
        return 0
    if options.what == "status":
        cluster = main_cluster()
        pid = cluster.pid() if places.database_urls().embedded else None
        print(f"embedded server: {'running, process ' + str(pid) if pid else 'not running'}; data {cluster.data}")
        return 0
    from zhijian.ops.cluster import shipped_binaries

    with database_running():
        return subprocess.run([shipped_binaries() / "bin/psql", url], env=os.environ | {"PSQL_HISTORY": ""}).returncode


def commands(rest: list[str]) -> int:
    """Django's commands and the apps', by app."""
    _no_options(rest, commands)
    from django.core.management import execute_from_command_line

    execute_from_command_line(["zhijian", "help"])
    return 0


OWN: dict[str, Callable[[list[str]], int]] = {
    "install": install,
    "run": run,
    "training": training,
    "ready": ready,
    "migrate": migrate,
    "doctor": doctor,
    "settings": settings,
    "backup": backup,
    "restore": restore,
    "test": test,
    "lock": lock,
    "db": db,
    "messages": messages,
    "commands": commands,
}
