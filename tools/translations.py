"""Compile and check the English texts; French is the source and needs no catalogue.

python tools/translations.py compile            .po files → one .mo, and the texts each page's script needs
python tools/translations.py check [paths…]     what is missing, unused, doubtful or badly written; exit 1
python tools/translations.py missing [paths…]   what has no English yet, as .po entries to fill in
"""

import argparse
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, denormalize, normalize, read_po
from extract_texts import Fault, Text, extract, texts_by_entry

ROOT = Path(__file__).resolve().parents[1]

_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
_TAG = re.compile(r"</?\w+")
_LINE = re.compile(r'(?:#.*|(?:msg\w+(?:\[\d\])? )?"(?:[^"\\]|\\.)*"|)\s*')
_ENTRY = re.compile(r'^msgid ((?:"[^\n]*"\n?)+)', re.MULTILINE)


@dataclass(frozen=True)
class Entry:
    """One English text as it stands in an area's file."""

    singular: str
    plural: str | None
    english: tuple[str, ...]
    fuzzy: bool
    where: str


def read_area(path: Path, name: str) -> tuple[list[Entry], list[Fault]]:
    """The entries of one .po file, and what is wrong with the file itself."""
    source = path.read_text(encoding="utf-8")
    for number, line in enumerate(source.splitlines(), 1):
        if not _LINE.fullmatch(line):
            return [], [Fault(f"{name}:{number}", f"not a line of a .po file: {line}")]
    try:
        with path.open("rb") as file:
            catalog = read_po(file, locale="en", abort_invalid=True)
    except PoFileError as error:
        return [], [Fault(name, str(error))]
    ids = [denormalize(found) for found in _ENTRY.findall(source)]
    doubled = sorted({text for text in ids if ids.count(text) > 1})
    faults = [Fault(name, f"stands twice: {text!r}") for text in doubled]
    entries = []
    for message in catalog:
        if not message.id:
            continue
        forms = message.id if isinstance(message.id, (tuple, list)) else (message.id, None)
        english = message.string if isinstance(message.string, (tuple, list)) else (message.string or "",)
        where = f"{name}:{message.lineno}"
        entries.append(Entry(forms[0], forms[1], tuple(english), message.fuzzy, where))
    return entries, faults


def read_areas(root: Path) -> tuple[list[Entry], list[Fault]]:
    """The entries of every area."""
    entries: list[Entry] = []
    faults: list[Fault] = []
    for path in sorted((root / "workspace" / "translations" / "en").glob("*.po")):
        found, wrong = read_area(path, path.relative_to(root).as_posix())
        entries += found
        faults += wrong
    return entries, faults


def compile_all(root: Path) -> None:
    """Write the .mo file and `build/ts_msgids.json`; entries that are empty or fuzzy are left out.

    Raises: SystemExit for a file that is not a .po.
    """
    entries, faults = read_areas(root)
    if unreadable := [fault for fault in faults if "stands twice" not in fault.message]:
        sys.exit("\n".join(f"{fault.where}: {fault.message}" for fault in unreadable))
    catalog = Catalog(locale="en")
    for entry in entries:
        if all(entry.english) and not entry.fuzzy:
            identity = (entry.singular, entry.plural) if entry.plural else entry.singular
            catalog.add(identity, entry.english if entry.plural else entry.english[0])
    target = root / "workspace" / "translations" / "en" / "LC_MESSAGES" / "messages.mo"
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        write_mo(file, catalog)
    collected = root / "build" / "ts_msgids.json"
    collected.parent.mkdir(parents=True, exist_ok=True)
    texts = texts_by_entry(root, extract(root)[0])
    collected.write_text(json.dumps(texts, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def check_all(root: Path, paths: list[str] | None = None) -> list[Fault]:
    """Everything wrong with the texts used under `paths` (everywhere if empty) and with the catalogue."""
    texts, faults = extract(root)
    entries, wrong = read_areas(root)
    faults += wrong
    faults += [Fault(text.where, fault) for text in texts for fault in style_faults(text)]
    faults += [
        Fault(text.where, f"no English for {text.singular!r}") for text in without_english(texts, entries)
    ]
    faults += catalogue_faults(texts, entries)
    return [fault for fault in faults if under(fault.where, paths)]


def without_english(texts: list[Text], entries: list[Entry]) -> list[Text]:
    """The first use of each text that no area translates."""
    known = {(e.singular, e.plural) for e in entries if all(e.english)}
    wanting: dict[tuple[str, str | None], Text] = {}
    for text in texts:
        if (text.singular, text.plural) not in known:
            wanting.setdefault((text.singular, text.plural), text)
    return list(wanting.values())


def catalogue_faults(texts: list[Text], entries: list[Entry]) -> list[Fault]:
    """Unused and fuzzy entries, English that does not match its source or differs between areas."""
    used = {(text.singular, text.plural) for text in texts}
    faults = []
    first: dict[str, Entry] = {}
    for entry in entries:
        if (entry.singular, entry.plural) not in used:
            faults.append(Fault(entry.where, f"unused: {entry.singular!r}"))
        if entry.fuzzy:
            faults.append(Fault(entry.where, f"fuzzy: {entry.singular!r}"))
        if all(entry.english):
            faults += mismatch_faults(entry)
        other = first.setdefault(entry.singular, entry)
        if (other.plural, other.english) != (entry.plural, entry.english):
            faults.append(Fault(entry.where, f"differs from {other.where}: {entry.singular!r}"))
    return faults


def mismatch_faults(entry: Entry) -> list[Fault]:
    """English that lost or invented a placeholder or a tag."""
    sources = [entry.singular, entry.plural or entry.singular]
    faults = []
    for index, english in enumerate(entry.english):
        source = sources[min(index, 1)]
        for kind, pattern in (("placeholders", _PLACEHOLDER), ("tags", _TAG)):
            if sorted(pattern.findall(source)) != sorted(pattern.findall(english)):
                faults.append(Fault(entry.where, f"{kind} differ: {english!r}"))
        if stray_percent(english):
            faults.append(Fault(entry.where, f"write a percent sign %%: {english!r}"))
    return faults


def stray_percent(text: str) -> bool:
    """Whether a % stands outside %(name)s and %%."""
    return "%" in _PLACEHOLDER.sub("", text).replace("%%", "")


def style_faults(text: Text) -> list[str]:
    """What the house rules say of a French source: apostrophes, ellipses, spaces before : ; ! ?"""
    faults = []
    for source in filter(None, (text.singular, text.plural)):
        bare = re.sub(r"<[^>]*>|https?://\S+|&#?\w+;", "", source)
        rules = {
            "write a percent sign %%": stray_percent(source),
            "typographic apostrophe ’, please": bool(re.search(r"\w'\w", bare)),
            "one character …, not three dots": "..." in bare,
            "spaces inside « »": bool(re.search(r"«(?=\S)|(?<=\S)»", bare)),
            "a space before : ; ! ?": bool(re.search(r"[^\W\d_)»][;!?](?![\w/=])|[^\W\d_)»]:(?=\s|$)", bare)),
        }
        faults += [f"{rule}: {source!r}" for rule, broken in rules.items() if broken]
    return faults


def under(where: str, paths: list[str] | None) -> bool:
    """Whether a place is in one of the files or folders asked for."""
    return not paths or any(where.startswith(path.removeprefix("./")) for path in paths)


def skeleton(texts: list[Text]) -> str:
    """Entries to fill in, one comment line per place."""
    blocks = []
    for text in texts:
        lines = [f"#: {text.where}", f"msgid {normalize(text.singular)}"]
        if text.plural:
            lines += [f"msgid_plural {normalize(text.plural)}", 'msgstr[0] ""', 'msgstr[1] ""']
        else:
            lines.append('msgstr ""')
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def main() -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=("compile", "check", "missing"))
    parser.add_argument("paths", nargs="*", help="files or folders, from the top of the project")
    arguments = parser.parse_args()
    if arguments.command == "compile":
        compile_all(ROOT)
        return 0
    if arguments.command == "missing":
        wanting = without_english(extract(ROOT)[0], read_areas(ROOT)[0])
        print(skeleton([text for text in wanting if under(text.where, arguments.paths)]))
        return 0
    faults = check_all(ROOT, arguments.paths)
    for fault in faults:
        print(f"{fault.where}: {fault.message}")
    print(f"{len(faults)} to fix" if faults else "texts: all in French and English")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
