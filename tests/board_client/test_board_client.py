"""Runs the unit tests of the board client (`*.test.ts` here) under Node: model and sync, without a page."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SUITES = sorted(Path(__file__).parent.glob("*.test.ts"))


def _node(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools" / "node.py"), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110)


@pytest.mark.parametrize("suite", SUITES, ids=lambda path: path.name.removesuffix(".test.ts"))
def test_board_client(suite: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "suite.mjs"
    built = _node(
        "esbuild",
        str(suite),
        "--bundle",
        "--platform=node",
        "--format=esm",
        "--log-level=warning",
        f"--outfile={bundle}",
    )
    assert built.returncode == 0, built.stderr
    ran = _node("node", "--test", "--test-reporter=spec", str(bundle))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "pass 0" not in ran.stdout, "no test ran"
