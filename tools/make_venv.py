"""Make `.venv`, or say in one sentence what is missing to make it.

Debian and Ubuntu ship Python without `ensurepip`; as root it is installed from the distribution.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

if sys.version_info < (3, 11):
    sys.exit(
        f"L'Établi needs Python 3.11 or newer; this is {sys.version.split()[0]}. Set PY=/path/to/python3."
    )

if importlib.util.find_spec("ensurepip") is None:
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.exit(
            f"This Python cannot make virtual environments yet: run 'sudo apt-get install {package}'"
            " and try again."
        )
    print(f"→ {package} (from the distribution)", flush=True)
    subprocess.run(["apt-get", "update", "-qq"], check=True)
    subprocess.run(["apt-get", "install", "-y", "-qq", package], check=True, stdout=subprocess.DEVNULL)

print("→ virtual environment in .venv", flush=True)
subprocess.run([sys.executable, "-m", "venv", ".venv"], check=True)
Path(".venv/.venv-made").touch()
