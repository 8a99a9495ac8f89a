"""What the scanners found, and which of it is explained in explained.toml."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

EXPLAINED = Path(__file__).with_name("explained.toml")


@dataclass
class Finding:
    """What one scanner says, about one place or many: pages, addresses, parameters."""

    scanner: str
    rule: str
    text: str
    places: list[str] = field(default_factory=list)


@dataclass
class Explanation:
    """Why a finding is false, or accepted. Its fields are patterns that the finding's must match whole."""

    scanner: str
    rule: str
    reason: str
    text: str = ".*"
    place: str = ".*"
    is_used: bool = False

    def fits(self, finding: Finding, place: str) -> bool:
        """Whether it explains this finding there."""
        pairs = ((self.rule, finding.rule), (self.text, finding.text), (self.place, place))
        return self.scanner == finding.scanner and all(
            re.fullmatch(pattern, value, re.DOTALL) for pattern, value in pairs
        )


def explanations() -> list[Explanation]:
    """The data file, read."""
    return [Explanation(**entry) for entry in tomllib.loads(EXPLAINED.read_text())["finding"]]


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """The same finding at many places, once."""
    found: dict[tuple[str, str, str], Finding] = {}
    for one in findings:
        same = found.setdefault((one.scanner, one.rule, one.text), Finding(one.scanner, one.rule, one.text))
        same.places += [place for place in one.places if place not in same.places]
    return list(found.values())


def sort_out(findings: Iterable[Finding], known: list[Explanation]) -> tuple[list[Finding], list[Finding]]:
    """What is not explained, and what is; marks the explanations that were of use."""
    new, explained = [], []
    for finding in merged(findings):
        kept = Finding(finding.scanner, finding.rule, finding.text)
        known_here = Finding(finding.scanner, finding.rule, finding.text)
        for place in finding.places:
            reason = next((one for one in known if one.fits(finding, place)), None)
            (kept if reason is None else known_here).places.append(place)
            if reason is not None:
                reason.is_used = True
        new += [kept] if kept.places else []
        explained += [known_here] if known_here.places else []
    return new, explained
