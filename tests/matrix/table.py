"""Reads `table.md`, the reviewed table of who may do what, and says what is missing in it or too much."""

import re
from collections import Counter
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("table.md")
ANSWERS = {
    "yes": "allowed",
    "no": "forbidden",
    "-": "not found",
    "in": "sent to sign-in",
    "over": "told that it is over",
}
_DOOR = re.compile(r"- (?P<verb>[A-Z]+) (?P<name>[\w.]+)(?: \((?P<variant>[^()]+)\))?$")


class TableError(Exception):
    """The table and the program do not fit together; the message says which line to write where."""


@dataclass(frozen=True)
class Door:
    """A route with a method, an event that clients send (EVENT) or are sent (TOLD).

    `variant` tells two ways of using it apart.
    """

    verb: str
    name: str
    variant: str = ""

    def __str__(self) -> str:
        return f"{self.verb} {self.name}" + (f" ({self.variant})" if self.variant else "")

    @property
    def is_live(self) -> bool:
        """Whether one knocks with a socket."""
        return self.verb in ("EVENT", "TOLD")

    @property
    def declared(self) -> tuple[str, str]:
        """What the program knows: a method and an endpoint, or an event."""
        return self.verb, self.name


@dataclass(frozen=True)
class Rule:
    """One heading of the table: what its doors declare, and who is answered what in each state."""

    title: str
    requires: str
    principals: tuple[str, ...]
    cells: Mapping[str, tuple[str, ...]]
    doors: tuple[Door, ...]

    def expected(self, state: str, principal: str) -> str:
        """The answer in this cell."""
        return self.cells[state][self.principals.index(principal)]

    def who_expects(self, state: str, answers: Container[str]) -> list[str]:
        """The persons who expect one of these answers in this state."""
        return [who for who, cell in zip(self.principals, self.cells[state], strict=True) if cell in answers]


def read_table(text: str | None = None) -> list[Rule]:
    """The rules in the table's order. Raises: TableError for a line that cannot be read."""
    chapters = re.split(r"^### ", TABLE.read_text() if text is None else text, flags=re.MULTILINE)[1:]
    return [_rule(chapter) for chapter in chapters]


def _rule(chapter: str) -> Rule:
    title, *lines = (line.strip() for line in chapter.splitlines())
    requires, doors, rows = "", [], []
    for line in lines:
        if line.startswith("## "):
            break
        if line.startswith("Requires: "):
            requires = line.removeprefix("Requires: ")
        elif line.startswith("- "):
            found = _DOOR.match(line)
            if found is None:
                raise TableError(f"« {title} »: cannot read the door {line!r}")
            doors.append(Door(found["verb"], found["name"], found["variant"] or ""))
        elif line.startswith("|") and not set(line) <= set("|- "):
            rows.append(tuple(cell.strip() for cell in line.strip("|").split("|")))
    if not requires or not doors or len(rows) < 2:
        raise TableError(f"« {title} » needs a line `Requires: …`, at least one row and one door")
    return Rule(title, requires, rows[0][1:], _cells(title, rows), tuple(doors))


def _cells(title: str, rows: list[tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    head, *body = rows
    for row in body:
        if len(row) != len(head):
            raise TableError(f"« {title} », {row[0]}: {len(row) - 1} cells for {len(head) - 1} persons")
        unknown = set(row[1:]) - set(ANSWERS)
        if unknown:
            raise TableError(f"« {title} », {row[0]}: {sorted(unknown)} are no answers of the legend")
    repeated = [state for state, count in Counter(row[0] for row in body).items() if count > 1]
    if repeated:
        raise TableError(f"« {title} »: {repeated} stand twice")
    return {row[0]: row[1:] for row in body}


Declared = Mapping[tuple[str, str], str]
"""What the program declares: by method and endpoint, or by verb and event, the permission's word."""


def problems_of(
    rules: Iterable[Rule],
    declared: Declared,
    undeclared: Collection[tuple[str, str]],
    principals: Iterable[str],
) -> list[str]:
    """Everything in which table and program differ, each as a sentence that says what to write."""
    rules, principals = list(rules), list(principals)
    found = [
        f"{verb} {name} declares nothing: write @requires(Permission.X), @signed_in or @public above its "
        "view (an event: its line in POLICY, realtime/sockets.py, or in TOLD, realtime/telling.py)"
        for verb, name in sorted(undeclared)
    ]
    by_door: dict[Door, str] = {}
    for rule in rules:
        found += _people(rule, principals)
        for door in rule.doors:
            if door in by_door:
                found.append(f"{door} stands twice: under « {by_door[door]} » and « {rule.title} »")
            by_door[door] = rule.title
            says = declared.get(door.declared)
            if says is None and door.declared not in undeclared:
                found.append(f"{door} does not exist any more: take its line out of « {rule.title} »")
            elif says is not None and says != rule.requires:
                found.append(
                    f"{door} declares {says}; « {rule.title} » says that it requires {rule.requires}"
                )
    in_table = {door.declared for door in by_door}
    found += [
        f"{verb} {name} is not in the table: write `- {verb} {name}` under the rule that it obeys in "
        f"tests/matrix/table.md (it declares {says}), or a new rule with a row for each state of its object"
        for (verb, name), says in sorted(declared.items())
        if (verb, name) not in in_table
    ]
    return found


def states_of(rules: Iterable[Rule], states: Iterable[str]) -> list[str]:
    """What the table says of states that places.py does not know, and the other way round."""
    used = {state: rule.title for rule in rules for state in rule.cells}
    known = set(states)
    return [
        f"« {used[state]} » speaks of « {state} », which is no state: add it to tests/matrix/places.py"
        for state in sorted(set(used) - known)
    ] + [f"no rule speaks of « {state} » of tests/matrix/places.py" for state in sorted(known - set(used))]


def _people(rule: Rule, principals: list[str]) -> list[str]:
    missing = [name for name in principals if name not in rule.principals]
    unknown = [name for name in rule.principals if name not in principals]
    sentences = []
    if missing:
        sentences.append(f"« {rule.title} » has no column for {', '.join(missing)}")
    if unknown:
        sentences.append(
            f"« {rule.title} » has a column for {', '.join(unknown)}, who is nobody in places.py"
        )
    if len(set(rule.principals)) != len(rule.principals):
        sentences.append(f"« {rule.title} » has a column twice")
    return sentences
