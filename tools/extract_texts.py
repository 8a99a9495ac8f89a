"""Find the texts to translate in Python, templates and TypeScript.

`translations.py` is the command; this module only reads sources. Python is read as a syntax tree,
templates with Jinja's own parser, TypeScript with a pattern: its texts are literals in `t("…")`,
`tn("…", "…", n)` and `N_("…")`.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2.ext import babel_extract

PYTHON_FOLDERS = ("models", "workspace", "realtime")
TEMPLATE_SUFFIXES = {".html", ".txt", ".svg", ".xml"}
SINGLE = {"_", "gettext", "lazy_gettext", "_l", "N_"}
PLURAL = {"ngettext"}

_LITERAL = r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\$]|\\.)*`)"""
_JOINED = rf"{_LITERAL}(?:\s*\+\s*{_LITERAL})*"
_TS_CALL = re.compile(rf"(?<![\w$.])(t|N_|tn)\(\s*({_JOINED})\s*(?:,\s*({_JOINED}))?")
_TS_TEMPLATE = re.compile(r"(?<![\w$.])(?:t|N_|tn)\(\s*`[^`]*\$\{")
_TS_COMMENT = re.compile(r"^\s*(?://|/?\*).*$", re.MULTILINE)
_TS_IMPORT = re.compile(r"""(?:from|import)\s*\(?\s*["'](\.{1,2}/[^"']+)["']""")


@dataclass(frozen=True)
class Text:
    """One use of a text: its French source, its plural if it counts, and where it stands."""

    singular: str
    plural: str | None
    path: str
    line: int

    @property
    def where(self) -> str:
        """`path:line`, as editors open it."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class Fault:
    """Something wrong, and where."""

    where: str
    message: str


def extract(root: Path) -> tuple[list[Text], list[Fault]]:
    """All texts under `root`, in the order of their files, and the calls that cannot be read."""
    texts: list[Text] = []
    faults: list[Fault] = []
    for path in _sources(root):
        read = {".py": _from_python, ".ts": _from_typescript}.get(path.suffix, _from_template)
        for found in read(path, path.relative_to(root).as_posix()):
            (texts if isinstance(found, Text) else faults).append(found)  # type: ignore[arg-type]
    return texts, faults


def _sources(root: Path) -> Iterator[Path]:
    for folder in PYTHON_FOLDERS:
        yield from sorted((root / folder).rglob("*.py"))
    templates = (root / "templates").rglob("*")
    yield from sorted(path for path in templates if path.suffix in TEMPLATE_SUFFIXES)
    yield from sorted((root / "static" / "src").rglob("*.ts"))


def _from_python(path: Path, name: str) -> Iterator[Text | Fault]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        function = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
        if function not in SINGLE | PLURAL:
            continue
        arguments = node.args[: 2 if function in PLURAL else 1]
        values = [
            arg.value for arg in arguments if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
        ]
        if len(values) == len(arguments):
            yield Text(values[0], values[1] if function in PLURAL else None, name, node.lineno)
        elif any(isinstance(arg, ast.JoinedStr | ast.BinOp) for arg in arguments):
            yield Fault(
                f"{name}:{node.lineno}", "a text to translate must be one literal, with %(name)s for values"
            )


def _from_template(path: Path, name: str) -> Iterator[Text | Fault]:
    options = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false", "encoding": "utf-8"}
    keywords = sorted(SINGLE | PLURAL)
    with path.open("rb") as file:
        for line, function, message, _comments in babel_extract(file, keywords, (), options):
            forms = message if isinstance(message, tuple) else (message,)
            if function in PLURAL and forms[0] and forms[1]:
                yield Text(forms[0], forms[1], name, line)
            elif function not in PLURAL and forms[0]:
                yield Text(forms[0], None, name, line)


def _from_typescript(path: Path, name: str) -> Iterator[Text | Fault]:
    source = _TS_COMMENT.sub("", path.read_text(encoding="utf-8"))
    for call in _TS_CALL.finditer(source):
        plural = _ts_value(call[3]) if call[1] == "tn" and call[3] else None
        yield Text(_ts_value(call[2]), plural, name, source.count("\n", 0, call.start()) + 1)
    for call in _TS_TEMPLATE.finditer(source):
        line = source.count("\n", 0, call.start()) + 1
        yield Fault(f"{name}:{line}", "a text to translate must be one literal, with %(name)s for values")


def _ts_value(joined: str) -> str:
    """The string that one literal, or several joined by +, stand for."""
    parts = re.findall(_LITERAL, joined)
    return "".join(re.sub(r"\\(u[0-9a-fA-F]{4}|.)", _unescape, part[1:-1], flags=re.DOTALL) for part in parts)


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    if len(code) > 1:
        return chr(int(code[1:], 16))
    return {"n": "\n", "t": "\t"}.get(code, code)


def texts_by_entry(root: Path, texts: list[Text]) -> dict[str, list[str | list[str]]]:
    """For each `static/src/pages/<entry>.ts`: the texts of the modules it reaches, or [one, other]."""
    by_path: dict[str, list[Text]] = {}
    for text in texts:
        by_path.setdefault(text.path, []).append(text)
    entries: dict[str, list[str | list[str]]] = {}
    for entry in sorted((root / "static" / "src" / "pages").glob("*.ts")):
        reached = {path.relative_to(root).as_posix() for path in _reachable(entry)}
        found = {(text.singular, text.plural) for path in reached for text in by_path.get(path, [])}
        ordered = sorted(found, key=lambda pair: (pair[0], pair[1] or ""))
        entries[entry.stem] = [[one, other] if other else one for one, other in ordered]
    return entries


def _reachable(entry: Path) -> set[Path]:
    seen: set[Path] = set()
    waiting = [entry.resolve()]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for target in _TS_IMPORT.findall(path.read_text(encoding="utf-8")):
            base = path.parent / target
            candidates = (base, base.with_suffix(".ts"), base.with_name(f"{base.name}.ts"), base / "index.ts")
            waiting += [c.resolve() for c in candidates if c.suffix == ".ts" and c.is_file()][:1]
    return seen
