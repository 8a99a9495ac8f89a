"""A board as a table for spreadsheets and as Markdown: what is written, zone by zone. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from models.board.export import Outline, OutlineNote

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&])")
_BLOCK = re.compile(r"^(\d*)([#+\-=.)])")

VOTES_AT = 4


@dataclass(frozen=True)
class Words:
    """What a table says in the reader's language."""

    title: str
    loose: str
    """Of what stands in no zone."""
    links: str
    columns: tuple[str, ...]
    """Zone, text, author, colour, created, changed."""
    votes: str
    colours: Mapping[str, str]
    untold_image: str
    drawing: str
    """Of a drawing without words; `inaccessible` of a card whose title the reader may not know."""
    inaccessible: str
    cards: Mapping[str, str]
    """The titles of what cards point to, by kind.id."""
    nothing: str
    """Of what has no words."""


@dataclass(frozen=True)
class Facts:
    """What is known of notes beside the document, by their id: when they came and changed last, and votes."""

    created: Mapping[str, str]
    changed: Mapping[str, str]
    votes: Mapping[str, int] | None = None
    """Totals of a closed ballot; None when there is none."""


def rows(outline: Outline, people: Mapping[str, str], facts: Facts, words: Words) -> Iterator[list[str]]:
    """The titles, then a row for each note."""
    titles = list(words.columns)
    if facts.votes is not None:
        titles.insert(VOTES_AT, words.votes)
    yield titles
    for heading, notes in _parts(outline, words):
        for note in notes:
            if note.type != "note":
                continue
            row = [
                heading,
                note.text.replace("\r\n", "\n"),
                people.get(note.author, ""),
                words.colours.get(note.colour, ""),
                facts.created.get(note.id, ""),
                facts.changed.get(note.id, ""),
            ]
            if facts.votes is not None:
                row.insert(VOTES_AT, str(facts.votes.get(note.id, 0)))
            yield row


def markdown(outline: Outline, words: Words) -> str:
    """Headings for zones, bullets for what stands in them, arrows at the end."""
    lines = [f"# {_inline(words.title)}", ""]
    for heading, notes in _parts(outline, words):
        lines += [f"## {_inline(heading)}", ""]
        lines += [f"- {_item(told(note, words))}" for note in notes]
        lines += [""] if notes else []
    links = told_links(outline, words)
    if links:
        lines += [f"## {_inline(words.links)}", ""]
        lines += [
            f"- {_inline(start)} → {_inline(end)}" + (f" : {_inline(label)}" if label else "")
            for start, end, label in links
        ]
        lines += [""]
    return "\n".join(lines).rstrip() + "\n"


def told_links(outline: Outline, words: Words) -> list[tuple[str, str, str]]:
    """Each arrow as where it leaves, where it leads and what it says, in a few words."""
    names = {zone.id: zone.title for zone in outline.zones}
    names |= {note.id: told(note, words) for note in outline.notes()}
    return [
        (_short(names[link.start]), _short(names[link.end]), " ".join(link.label.split()))
        for link in outline.connectors
        if link.start in names and link.end in names
    ]


def _parts(outline: Outline, words: Words) -> Iterator[tuple[str, tuple[OutlineNote, ...]]]:
    for zone in outline.zones:
        title = " ".join(zone.title.split())
        yield (f"{zone.number}. {title}" if zone.number else title), zone.notes
    if outline.loose:
        yield words.loose, outline.loose


def told(note: OutlineNote, words: Words) -> str:
    """What is written on it, or what there is instead."""
    text = note.text.strip()
    if note.type == "link":
        title = words.cards.get(f"{note.kind}.{note.target}", words.inaccessible)
        return f"{title}\n{text}" if text else title
    return text or {"image": words.untold_image, "stroke": words.drawing}.get(note.type, words.nothing)


def _short(text: str, most: int = 80) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"


def _inline(text: str) -> str:
    """On one line, with nothing that Markdown reads as its own."""
    return _BLOCK.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", " ".join(text.split())))


def _item(text: str) -> str:
    """In a bullet: its lines stay lines of the bullet."""
    return "  \n  ".join(_inline(line) for line in text.splitlines() if line.strip())
