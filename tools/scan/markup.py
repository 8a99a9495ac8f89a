"""Two validators over saved pages: the Nu checker (styles too), which is the reference, and html-validate."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tools.scale import Missing
from tools.scan.findings import Finding

RULES = ["html-validate:standard", "html-validate:a11y"]
NO_JAVA = "Java est introuvable : installez-le (sudo apt-get install default-jre-headless)."
VARYING = re.compile(r"\d[\d:.T+-]*|(?<=“)[^”]{40,}(?=”)")


def check_pages(files: Mapping[Path, str], node_modules: Path) -> Iterator[Finding]:
    """What both say of these pages, whose addresses are given. Raises: Missing."""
    folder = Path(next(iter(files))).parent.parent
    yield from _nu(folder, files, node_modules)
    yield from _html_validate(folder, files, node_modules)


def check_styles(sheets: list[Path], node_modules: Path) -> Iterator[Finding]:
    """What the Nu checker says of style sheets."""
    for message in _ask_nu(["--css", *map(str, sheets)], node_modules):
        name = re.sub(r"-[0-9A-Z]{8}(?=\.css)", "", message["url"].rpartition("/")[2])
        yield Finding("vnu", f"css {message['type']}", _same(message["message"]), [name])


def _nu(folder: Path, files: Mapping[Path, str], node_modules: Path) -> Iterator[Finding]:
    for message in _ask_nu([str(folder)], node_modules):
        place = files[Path(message["url"].removeprefix("file:"))]
        yield Finding("vnu", message.get("subType", message["type"]), _same(message["message"]), [place])


def _ask_nu(arguments: list[str], node_modules: Path) -> list[dict[str, Any]]:
    if shutil.which("java") is None:
        raise Missing(NO_JAVA)
    jar = node_modules / "vnu-jar" / "build" / "dist" / "vnu.jar"
    options = ["--format", "json", "--stdout", "--exit-zero-always"]
    done = subprocess.run(
        ["java", "-jar", str(jar), *options, *arguments], check=True, capture_output=True, text=True
    )
    messages: list[dict[str, Any]] = json.loads(done.stdout)["messages"]
    return messages


def _html_validate(folder: Path, files: Mapping[Path, str], node_modules: Path) -> Iterator[Finding]:
    config = folder / ".htmlvalidate.json"
    config.write_text(json.dumps({"root": True, "extends": RULES}))
    program = node_modules / "html-validate" / "bin" / "html-validate.mjs"
    node = [sys.executable, "tools/node.py", "node"]
    report = folder.with_suffix(".json")
    with report.open("wb") as output:  # it ends before a pipe has taken everything
        subprocess.run(
            [*node, str(program), "--config", str(config), "--formatter", "json", str(folder)],
            check=False,
            stdout=output,
        )
    for file in json.loads(report.read_text()):
        for message in file["messages"]:
            place = files[Path(file["filePath"]).absolute()]
            yield Finding("html-validate", message["ruleId"], _same(message["message"]), [place])


def _same(message: str) -> str:
    """The message without what differs from page to page: numbers, dates, long values."""
    return VARYING.sub("…", message)
