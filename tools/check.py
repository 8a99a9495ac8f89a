"""Every check that is not a test: `make lint`. Each is named with its result; one failure fails the whole."""

import os
import subprocess
import sys
import time
from pathlib import Path

BIN = Path(sys.executable).parent
NODE = [sys.executable, "tools/node.py"]
CHECKS: dict[str, list[str]] = {
    "lint": [f"{BIN}/ruff", "check", "."],
    "format": [f"{BIN}/ruff", "format", "--check", "."],
    "types": [f"{BIN}/mypy"],
    "import contracts": [f"{BIN}/lint-imports"],
    "migrations": [sys.executable, "tools/check_migrations.py"],
    "templates": [f"{BIN}/djlint", "templates", "--lint", "--quiet"],
    "translations": [sys.executable, "tools/translations.py", "check"],
    "personal data": [sys.executable, "tools/personal_data.py", "check"],
    "board specs": [sys.executable, "tools/board_specs.py", "--check"],
    "compose file": [sys.executable, "tools/check_compose.py"],
    "front-end types": [*NODE, "tsc", "--noEmit", "-p", "tsconfig.json"],
    "front-end lint": [*NODE, "biome", "check", "static/src", "static/css", "static/build.mjs"],
}


def main() -> int:
    """Run all checks, or those named on the command line."""
    failed = []
    environment = {**os.environ, "FORCE_COLOR": "0", "NO_COLOR": "1"}
    for name in sys.argv[1:] or CHECKS:
        started = time.monotonic()
        result = subprocess.run(CHECKS[name], capture_output=True, text=True, check=False, env=environment)
        print(
            f"{'ok  ' if result.returncode == 0 else 'FAIL'} {name} ({time.monotonic() - started:.1f} s)",
            flush=True,
        )
        if result.returncode != 0:
            failed.append(name)
            print(result.stdout[-6000:], result.stderr[-3000:], sep="\n")
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
