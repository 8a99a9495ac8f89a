"""Finding an authority by typing: the search over the register, and the reading of a typed name.

Names are searched in memory, the found rows are read from the database. The index is one string of folded
names in order of population (about 2 MB) and is built at the first search; it is kept until another register
is loaded into the same database.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, case, select
from sqlalchemy.orm import Session

from models.authority import CHECKSUM, Authority, AuthorityKind
from models.errors import Invalid
from models.i18n import N_
from models.search_text import fold, fold_unfinished
from models.submission import AppState
from workspace.i18n import _

LIMIT = 12
MAX_QUERY_LENGTH = 100
_MIN_SUBSTRING = 3
_UNREADABLE = re.compile("[\x00\ufffd]")
_LINKS = frozenset(["a", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "sur"])
_INSTITUTION = re.compile(
    r"^(?:mairie|ville|commune|region|departement|conseil (?:departemental|regional|municipal)"
    r"|collectivite(?: territoriale| unique)*)\s+(?:(?:de la|de l|de|du|des|d|la|le|les|l)\s+)?(?=.)"
)
_KINDS_FIRST = (AuthorityKind.REGION, AuthorityKind.DEPARTMENT, AuthorityKind.OTHER, AuthorityKind.COMMUNE)


@dataclass(frozen=True)
class Choice:
    """One answer as a list shows it: what to send back, the name, and what tells homonyms apart."""

    value: str
    label: str
    hint: str


@dataclass(frozen=True)
class Resolution:
    """What a typed name stands for: one authority, or those among which to choose."""

    authority: Authority | None
    candidates: list[Choice]


class RegisterIndex:
    """Search keys (see `Authority.search_key`) in one string; earlier entries win within a rank."""

    def __init__(self, entries: Iterable[tuple[str, str]]) -> None:
        self._codes: list[str] = []
        self._starts = array("I")
        lines = ["\n"]
        position = 1
        for code, key in entries:
            self._codes.append(code)
            self._starts.append(position)
            lines += (key, "\n")
            position += len(key) + 1
        self._text = "".join(lines)

    def named(self, folded: str) -> list[str]:
        """The codes of those whose name is exactly this; failing that, whose other name or code is."""
        for pattern in (f"\n\t{folded}\t", f"\t{folded}\t"):
            if found := [self._codes[line] for line in self._lines_with(pattern)]:
                return found
        return []

    def search(self, forms: list[str], limit: int) -> list[str]:
        """Codes, best first: exact name, exact alias or code, prefix, prefix of a word, all words, part."""
        found: dict[int, None] = {}
        for lines in self._ranks([form for form in forms if form]):
            for line in lines:
                found.setdefault(line)
                if len(found) == limit:
                    return [self._codes[index] for index in found]
        return [self._codes[index] for index in found]

    def _ranks(self, forms: list[str]) -> Iterator[Iterator[int]]:
        for before, after in (("\n\t", "\t"), ("\t", "\t"), ("\t", "")):
            for form in forms:
                yield self._lines_with(f"{before}{form}{after}")
        words = [form for form in forms if not form.isdigit()]
        for form in words:
            yield self._lines_with(f" {form}")
        for form in words:
            yield self._lines_with_words(form)
        for form in words:
            if len(form) >= _MIN_SUBSTRING:
                yield self._lines_with(form)

    def _lines_with(self, pattern: str) -> Iterator[int]:
        position = self._text.find(pattern)
        while position >= 0:
            line = bisect_right(self._starts, position + 1) - 1
            yield line
            position = self._text.find(pattern, self._end(line) - 1)

    def _lines_with_words(self, form: str) -> Iterator[int]:
        """Lines where each word of the query begins a word, in any order, link words aside."""
        words = sorted({word for word in form.split() if word not in _LINKS}, key=len, reverse=True)
        if not words:
            return
        rarest, *others = (re.compile(f"[ \\t\\v]{word}") for word in words)
        for line in self._lines_with(words[0]):
            key = self._text[self._starts[line] : self._end(line)]
            if rarest.search(key) and all(word.search(key) for word in others):
                yield line

    def _end(self, line: int) -> int:
        """Where a line's newline stands, plus one: the start of the next."""
        return self._starts[line + 1] if line + 1 < len(self._starts) else len(self._text)


_indexes: WeakKeyDictionary[Engine, tuple[str, RegisterIndex]] = WeakKeyDictionary()


def search_authorities(session: Session, text: str, limit: int = LIMIT) -> list[Choice]:
    """The authorities that `text`, a name or a code perhaps unfinished, may mean, best first.

    Raises: Invalid for a text that is too long or unreadable.
    """
    check_query(text)
    index = _index(session)
    codes = index.search(fold_unfinished(text), limit)
    if not codes:
        codes = index.search([_INSTITUTION.sub("", form) for form in fold_unfinished(text)], limit)
    rows = {row.code: row for row in session.scalars(select(Authority).where(Authority.code.in_(codes)))}
    return [choice_of(rows[code]) for code in codes if code in rows]


def resolve_authority(session: Session, text: str) -> Resolution:
    """What a code, or a name typed without choosing from the list, stands for.

    Raises: Invalid for a text that is too long or unreadable.
    """
    check_query(text)
    text = text.strip()
    chosen = session.get(Authority, text) if text else None
    if chosen is None and (folded := fold(text)):
        codes = _index(session).named(folded) or _index(session).named(_INSTITUTION.sub("", folded))
        chosen = session.get(Authority, codes[0]) if len(codes) == 1 else None
    if chosen is not None:
        return Resolution(chosen, [choice_of(chosen)])
    return Resolution(None, search_authorities(session, text))


def check_query(text: str) -> None:
    """Raise Invalid unless the text can be searched."""
    if len(text) > MAX_QUERY_LENGTH:
        raise Invalid(N_("Ce nom est trop long : tapez-en le début."))
    if _UNREADABLE.search(text):
        raise Invalid(N_("Ce nom contient des caractères illisibles : retapez-le."))


def choice_of(authority: Authority) -> Choice:
    """An authority as lists show it: « Cayenne », « Commune · Guyane (973) »."""
    return Choice(authority.code, authority.name, hint_of(authority))


def hint_of(authority: Authority) -> str:
    """What it is and where, so that homonyms differ."""
    nature = _(authority.nature_label)
    number = authority.department_code if authority.department_name else ""
    if not number or authority.department_name == authority.name:
        named_after_place = f"{nature} ({number})" if number else nature
        elsewhere = authority.region_name not in ("", authority.name)
        return f"{named_after_place} · {authority.region_name}" if elsewhere else named_after_place
    return f"{nature} · {authority.department_name} ({number})"


def _index(session: Session) -> RegisterIndex:
    """The index of this database; kept only when it was made from a loaded register."""
    checksum = session.scalar(select(AppState.value).where(AppState.name == CHECKSUM))
    engine = session.get_bind().engine
    kept = _indexes.get(engine)
    if kept and kept[0] == checksum:
        return kept[1]
    index = RegisterIndex(_entries(session))
    if checksum:
        _indexes[engine] = (checksum, index)
    return index


def _entries(session: Session) -> Iterator[tuple[str, str]]:
    kind = case({kind: rank for rank, kind in enumerate(_KINDS_FIRST)}, value=Authority.kind, else_=9)
    statement = (
        select(Authority.code, Authority.search_key, Authority.name, Authority.official_code)
        .where(Authority.listed)
        .order_by(Authority.population.desc(), kind, Authority.code)
    )
    for code, key, name, official_code in session.execute(statement):
        yield code, key or f"\t{fold(name)}\t{official_code.lower()}\t\v"
