"""One file that holds an installation, and an installation made from it again.

The file is a gzip tar: `database.sqlite3` or `database.dump` (pg_dump's custom format), and `files/`. It is
taken while people work, and is whole as of one moment. The secret key is not in it: it signs only forms
that are open. Whoever holds the file holds everything else: it is written readable by its owner only.
"""

import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from models import migrate
from models.audit import COMMAND, AuditAction, audit
from models.session import configure, transaction
from workspace.settings import Settings, SettingsError

SQLITE, DUMP, FILES = "database.sqlite3", "database.dump", "files"


def write_backup(settings: Settings, path: Path) -> int:
    """Write the file; gives its size in bytes. Raises: SettingsError when it cannot be done."""
    if path.exists():
        raise SettingsError(f"{path} existe déjà : donnez un autre nom.")
    with tempfile.TemporaryDirectory(dir=path.absolute().parent, prefix=".etabli-") as name:
        folder = Path(name)
        content = folder / (SQLITE if settings.is_sqlite else DUMP)
        if settings.is_sqlite:
            _copy_sqlite(_sqlite_path(settings), content)
        else:
            _run(
                settings,
                "pg_dump",
                "--format=custom",
                "--no-owner",
                f"--file={content}",
                _database_name(settings),
            )
        whole = folder / "whole"
        whole.touch(mode=0o600)
        with whole.open("wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz") as archive:
                archive.add(content, content.name)
                archive.add(settings.data / FILES, FILES)
            file.flush()
            os.fsync(file.fileno())
        size = whole.stat().st_size
        whole.rename(path)
    return size


def restore_backup(settings: Settings, path: Path) -> None:
    """Make the database and the files from a backup, and bring them to this version.

    Raises: SettingsError when the file is none of ours, or there is a database already.
    """
    with tempfile.TemporaryDirectory(dir=settings.data, prefix=".etabli-") as name:
        folder = Path(name)
        try:
            with tarfile.open(path) as archive:
                archive.extractall(folder, filter="data")
        except (OSError, tarfile.TarError) as error:
            raise SettingsError(f"{path} ne peut pas être lu comme une sauvegarde ({error}).") from error
        if settings.is_sqlite:
            _restore_sqlite(folder / SQLITE, _sqlite_path(settings))
        else:
            _restore_postgres(settings, folder / DUMP)
        shutil.copytree(folder / FILES, settings.data / FILES, dirs_exist_ok=True)
    migrate.upgrade(configure(settings.database_url).engine)
    with transaction() as session:
        audit(session, COMMAND, AuditAction.BACKUP_RESTORED)


def _sqlite_path(settings: Settings) -> Path:
    return Path(settings.database_url.removeprefix("sqlite:///"))


def _copy_sqlite(source: Path, target: Path) -> None:
    """SQLite's online copy: writers wait for nothing but their turn."""
    if not source.exists():
        raise SettingsError(f"La base {source} n’existe pas.")
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.execute("PRAGMA busy_timeout=10000")
        live.backup(copy)
        _check_sqlite(copy)


def _check_sqlite(copy: sqlite3.Connection) -> None:
    found = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise SettingsError(f"La base est abîmée ({found}).")


def _restore_sqlite(source: Path, target: Path) -> None:
    if not source.is_file():
        raise SettingsError(
            "Cette sauvegarde vient de PostgreSQL : donnez une base PostgreSQL par ETABLI_DATABASE_URL."
        )
    if target.exists():
        raise SettingsError(
            f"La base {target} existe déjà : arrêtez le serveur et déplacez-la, puis réessayez."
        )
    with closing(sqlite3.connect(source)) as copy:
        _check_sqlite(copy)
    shutil.move(source, target)


def _restore_postgres(settings: Settings, dump: Path) -> None:
    if not dump.is_file():
        raise SettingsError(
            "Cette sauvegarde vient de SQLite : donnez une base SQLite par ETABLI_DATABASE_URL."
        )
    if migrate.current_revision(configure(settings.database_url).engine) is not None:
        raise SettingsError("La base n’est pas vide : donnez une base neuve par ETABLI_DATABASE_URL.")
    careful = ("--no-owner", "--exit-on-error", "--single-transaction")
    _run(settings, "pg_restore", *careful, f"--dbname={_database_name(settings)}", str(dump))


def _database_name(settings: Settings) -> str:
    return str(make_url(settings.database_url).database)


def _run(settings: Settings, program: str, *options: str) -> None:
    """Run a program of PostgreSQL on our server; how to reach it goes by the environment, password too."""
    url = make_url(settings.database_url)
    parts = {"HOST": url.host, "PORT": url.port, "USER": url.username, "PASSWORD": url.password}
    given = {f"PG{name}": str(value) for name, value in parts.items() if value}
    given |= {f"PG{name.upper()}": str(value) for name, value in url.query.items()}
    environment = {**os.environ, **given}
    command = [_program(program), *options]
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603
    if result.returncode != 0:
        reason = result.stderr.strip().splitlines()[-1] if result.stderr.strip() else "sans message"
        raise SettingsError(f"{program} a échoué : {reason}")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise SettingsError(
            f"Le programme {name} est introuvable : installez les outils client de PostgreSQL "
            "(apt-get install postgresql-client)."
        )
    return found
