"""What an edition of a brief says that the one before did not, for somebody who has read that one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from models.brief import ProgressBrief

PARTS = ("problem", "progress", "partners", "learned", "decisions", "support", "asked")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")


@dataclass(frozen=True)
class Changes:
    """Since the edition `before`. `said`: a part's name to its new sentences; `silent`: parts left empty."""

    before: ProgressBrief
    said: dict[str, list[str]]
    silent: list[str]
    has_moved: bool
    """Whether the project is at another step."""
    has_new_date: bool

    def __len__(self) -> int:
        return len(self.said) + len(self.silent) + self.has_moved + self.has_new_date


def changes_since(editions: Sequence[ProgressBrief], brief: ProgressBrief | None) -> Changes | None:
    """Compare `brief` with the newest of `editions` (newest first) before it; None when it is the first."""
    if brief is None:
        return None
    before = next((one for one in editions if one.edition < brief.edition), None)
    if before is None:
        return None
    said, silent = {}, []
    for part in PARTS:
        then, now = sentences(getattr(before, part)), sentences(getattr(brief, part))
        new = [sentence for sentence in now if sentence not in then]
        if new:
            said[part] = new
        elif then and not now:
            silent.append(part)
    return Changes(
        before=before,
        said=said,
        silent=silent,
        has_moved=before.step_code != brief.step_code,
        has_new_date=(before.next_date, before.next_label) != (brief.next_date, brief.next_label),
    )


def sentences(text: str) -> list[str]:
    """The sentences of a text, without the space around them."""
    return [found for piece in _SENTENCE_END.split(text) if (found := " ".join(piece.split()))]
