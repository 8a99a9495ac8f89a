"""Run every test: `make test`. Starts a PostgreSQL cluster of its own and finds the system's Chromium.

Arguments are passed to pytest. What could not run is named at the end, and fails when CI=true.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
QUICK = ("-n", "2", "--dist", "worksteal", "-m", "not browser and not live and not slow")
REAL = ("-m", "(browser or live) and not slow")
"""One after the other: they wait for what they see, measure, kill and fill disks."""
MEMORY, ROOM_BYTES = Path("/dev/shm"), 2 * 1024**3  # noqa: S108 - a folder of our own is made there
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """The system's Chromium, or the one named by ETABLI_CHROMIUM."""
    named = os.environ.get("ETABLI_CHROMIUM")
    return named or next(filter(None, map(shutil.which, BROWSERS)), None)


def find_postgres() -> Path | None:
    """The folder of the newest PostgreSQL server programs."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def free_port() -> int:
    """A TCP port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def unprivileged() -> list[str]:
    """PostgreSQL refuses to run as root: run it as its own user, or as nobody."""
    if os.geteuid() != 0:
        return []
    names = {entry.pw_name for entry in pwd.getpwall()}
    return ["runuser", "-u", "postgres" if "postgres" in names else "nobody", "--"]


@contextlib.contextmanager
def postgres_cluster() -> Iterator[str | None]:
    """A PostgreSQL cluster in a temporary folder, or the server named by ETABLI_TEST_POSTGRES."""
    named = os.environ.get("ETABLI_TEST_POSTGRES")
    programs = find_postgres()
    if named or programs is None:
        yield named
        return
    port, prefix = free_port(), unprivileged()
    with tempfile.TemporaryDirectory(prefix="etabli-pg-") as folder:
        if prefix:
            shutil.chown(folder, prefix[2])
        data = Path(folder) / "data"

        def run(*command: str, check: bool = True) -> None:
            subprocess.run([*prefix, *command], check=check, stdout=subprocess.DEVNULL, cwd=folder)

        run(str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8")
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=200"
        options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        control = (str(programs / "pg_ctl"), "-D", str(data))
        run(*control, "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://postgres@127.0.0.1:{port}"
        finally:
            run(*control, "-m", "immediate", "stop", check=False)


@contextlib.contextmanager
def quick_environment() -> Iterator[dict[str, str]]:
    """The quick part's databases are kept in memory when there is room: none of it is about durability."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM_BYTES:
        yield dict(os.environ)
        return
    with tempfile.TemporaryDirectory(prefix="etabli-tests-", dir=MEMORY) as folder:
        yield {**os.environ, "TMPDIR": folder}


def run_quick() -> int:
    """The quick part, on all cores."""
    with quick_environment() as environment:
        return subprocess.run(
            [sys.executable, "-m", "pytest", *QUICK], check=False, env=environment
        ).returncode


def main() -> int:
    """Run the two parts: the quick one on all cores, then sockets and browsers; or what is asked for.

    Compiled modules and rewritten tests are kept in build/: hundreds of processes start during the tests.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / "build" / "pycache"))
    chromium = find_chromium()
    if chromium is None:
        print(
            "Chromium est introuvable : installez-le (sudo apt-get install chromium) "
            "ou donnez ETABLI_CHROMIUM."
        )
    else:
        os.environ["ETABLI_CHROMIUM"] = chromium
    started = time.monotonic()
    with postgres_cluster() as url:
        if url is None:
            print("PostgreSQL est introuvable : installez-le (sudo apt-get install postgresql).")
        else:
            os.environ["ETABLI_TEST_POSTGRES"] = url
        pytest = [sys.executable, "-m", "pytest"]
        if sys.argv[1:] == ["quick"]:
            return run_quick()
        if sys.argv[1:]:
            return subprocess.run([*pytest, *sys.argv[1:]], check=False).returncode
        print("→ units and pages", flush=True)
        codes = [run_quick()]
        print(f"→ sockets and browsers ({time.monotonic() - started:.0f} s so far)", flush=True)
        codes.append(subprocess.run([*pytest, *REAL], check=False).returncode)
    print(f"→ all tests took {time.monotonic() - started:.0f} s")
    return next((code for code in codes if code), 0)


if __name__ == "__main__":
    sys.exit(main())
