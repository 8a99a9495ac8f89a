"""What a message says, in one language; the same letter makes the text and the HTML."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A piece of news, and where it leads."""

    text: str
    url: str


@dataclass(frozen=True)
class Letter:
    """`button` is the one thing to do: its label and address. `why` tells why this person gets it."""

    locale: str
    subject: str
    paragraphs: tuple[str, ...]
    why: str
    quote: str = ""
    lines: tuple[Line, ...] = ()
    button: Line | None = None
    after: tuple[str, ...] = ()
    other: Line | None = None

    @property
    def colon(self) -> str:
        """As the language sets it."""
        return "\u00a0:" if self.locale == "fr" else ":"


@dataclass(frozen=True)
class Envelope:
    """To whom, in one language or, for somebody whose language is not known, in both."""

    to: str
    letters: tuple[Letter, ...]
    unsubscribe_url: str = ""
    reply_to: str = ""

    @property
    def subject(self) -> str:
        """One line, in each language."""
        subjects = dict.fromkeys(" ".join(letter.subject.split()) for letter in self.letters)
        return " · ".join(subjects)[:300]
