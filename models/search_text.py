"""Fold names and queries to one plain form, so that accents, hyphens, apostrophes and case never matter."""

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o"})
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_APOSTROPHE = re.compile(r"['’ʼ`´]")
_ORDINAL = re.compile(r"\b(\d+)(?:er|ere|e|eme|ieme|nd|nde)\b")
_SAINT = re.compile(r"\bst(e?)\b")
_SAINT_BEFORE_MORE = re.compile(r"\bst(e?)(?= )")


def fold(text: str) -> str:
    """Words of a-z and 0-9 with one space between: « L’Haÿ-les-Roses » → `l hay les roses`.

    Ordinals lose their ending (`9e`, `9ème` → `9`) and `st`, `ste` become `saint`, `sainte`.
    """
    return _SAINT.sub(r"saint\1", fold_letters(text))


def fold_unfinished(text: str) -> list[str]:
    """The readings of a query still being typed: a last `st` may begin Strasbourg as well as mean Saint."""
    finished = fold(text)
    letters = fold_letters(text)
    as_typed = _SAINT_BEFORE_MORE.sub(r"saint\1", letters)
    return [finished] if as_typed == finished or text[-1:].isspace() else [finished, as_typed]


def fold_letters(text: str) -> str:
    """`fold` without its reading of st and ste."""
    lowered = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    bare = "".join(character for character in lowered if not unicodedata.combining(character))
    return _ORDINAL.sub(r"\1", _NOT_PLAIN.sub(" ", bare).strip())


def without_apostrophes(text: str) -> str:
    """The name as hurried people type it: « L’Haÿ » → « LHaÿ »."""
    return _APOSTROPHE.sub("", text)
