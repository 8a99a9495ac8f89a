"""The register of personal data in `docs/personal-data.md`, written from the declarations of the code.

python tools/personal_data.py write    bring the document's tables to the declarations
python tools/personal_data.py check    exit 1 when they differ
"""

import re
import sys
from pathlib import Path

from models.personal_data import NOTHING, RECORDS, Record
from models.retention import PERIODS, Period

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "personal-data.md"


def tables() -> dict[str, str]:
    """Each table of the document by its name."""
    return {"register": _register(), "erasure": _erasure(), "periods": _periods(), "nothing": _nothing()}


def _register() -> str:
    rows = [
        [f"`{r.table}`", r.what, r.why, r.basis.value, r.seen_by, period(PERIODS[r.period]), _export(r)]
        for r in RECORDS
    ]
    return _table(["table", "what", "why", "legal basis", "who sees it", "how long", "export"], rows)


def _export(record: Record) -> str:
    return f"section `{record.section}`" if record.section else f"no: {record.not_exported}"


def _erasure() -> str:
    return _table(
        ["table", "goes", "stays, and why"], [[f"`{r.table}`", _goes(r), _stays(r)] for r in RECORDS]
    )


def _goes(record: Record) -> str:
    said = [f"rows found by `{name}`" for name in record.deleted_by]
    said += [f"{_columns(names)} (found by `{column}`)" for column, names in record.emptied.items()]
    return "; ".join(said) or "nothing"


def _stays(record: Record) -> str:
    by_reason: dict[str, list[str]] = {}
    for column, reason in record.kept.items():
        by_reason.setdefault(reason, []).append(column)
    said = [f"{_columns(names)}: {reason}" for reason, names in by_reason.items()]
    emptied = {name for names in record.emptied.values() for name in names}
    pointing = [name for name in record.shown if name not in {*record.deleted_by, *emptied, "id"}]
    said += [f"{_columns(pointing)}: points at nobody any more"] if pointing else []
    return "; ".join(said) or "nothing"


def _columns(names: "list[str] | tuple[str, ...]") -> str:
    return ", ".join(f"`{name}`" for name in names)


def _periods() -> str:
    return _table(["kind", "kept"], [[name, period(one)] for name, one in PERIODS.items()])


def period(one: Period) -> str:
    """In words."""
    return f"until {one.since}" if one.days is None else f"{one.days} days after {one.since}"


def _nothing() -> str:
    return _table(["table", "holds"], [[f"`{name}`", holds] for name, holds in NOTHING.items()])


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def updated(text: str) -> str:
    """The document with each table between its marks brought to the declarations."""
    for name, table in tables().items():
        mark = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        if not mark.search(text):
            sys.exit(f"docs/personal-data.md has no place for the table '{name}'")
        text = mark.sub(lambda found, table=table: f"{found[1]}{table}\n{found[2]}", text)
    return text


def main() -> int:
    """Write or check."""
    text = DOCUMENT.read_text(encoding="utf-8")
    wanted = updated(text)
    if sys.argv[1:] == ["write"]:
        DOCUMENT.write_text(wanted, encoding="utf-8")
    elif wanted != text:
        print("docs/personal-data.md differs from models/personal_data.py or models/retention.py:")
        print("run 'python tools/personal_data.py write' and read what changed.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
