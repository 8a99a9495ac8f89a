"""What a message says, in one language; the same letter makes the text and the HTML."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Line:
    """A piece of news, and where it leads."""

    text: str
    url: str


@dataclass(frozen=True)
class Group:
    """News of one kind: under a title when there are several; `more` leads to those left out."""

    title: str
    lines: tuple[Line, ...]
    more: Line | None = None


@dataclass(frozen=True)
class Section:
    """What concerns one project; `mute` is how to hear no more of it."""

    title: str
    groups: tuple[Group, ...]
    mute: Line | None = None


@dataclass(frozen=True)
class Letter:
    """`button` is the one thing to do: its label and address. `why` tells why this person gets it."""

    locale: str
    subject: str
    paragraphs: tuple[str, ...]
    why: str
    quote: str = ""
    lines: tuple[Line, ...] = ()
    sections: tuple[Section, ...] = ()
    button: Line | None = None
    after: tuple[str, ...] = ()
    other: Line | None = None
    settings: Line | None = None

    @property
    def colon(self) -> str:
        """As the language sets it."""
        return "\u00a0:" if self.locale == "fr" else ":"


@dataclass(frozen=True)
class Envelope:
    """To whom, in one language or, for somebody whose language is not known, in both.

    `name` is what it is known by, the same if it leaves again; `series` what mail programs gather it by with
    others. `take_back` undoes, in another transaction, what was noted when it was written: it has not left.
    """

    to: str
    letters: tuple[Letter, ...]
    unsubscribe_url: str = ""
    reply_to: str = ""
    name: str = ""
    series: str = ""
    take_back: Callable[[Session], None] | None = None

    @property
    def subject(self) -> str:
        """One line, in each language."""
        subjects = dict.fromkeys(" ".join(letter.subject.split()) for letter in self.letters)
        return " · ".join(subjects)[:300]
