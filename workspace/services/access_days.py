"""The days of an access: from the beginning of the first to the end of the last, by its place's clock."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from models.base import utcnow
from models.i18n import N_
from workspace.services.tokens import token_hash

LAST_PLAUSIBLE = date(2100, 1, 1)
PAST = N_("Choisissez une date à venir.")
NEEDS_END = N_("Dites jusqu’à quel jour : une élue ou un élu n’observe pas sans date de fin.")
END_FIRST = N_("La fin vient avant le début.")
IMPLAUSIBLE = N_("Cette date n’est pas plausible.")


@dataclass(frozen=True)
class Days:
    """`first` None: at once; `last` None: as long as the role is needed."""

    first: date | None = None
    last: date | None = None

    @property
    def fingerprint(self) -> str:
        """Changes when either does: a form carries the one it was read at."""
        return token_hash(f"{self.first} {self.last}")[:16]

    def starts_at(self, zone: str) -> datetime:
        """The first moment, now at the earliest."""
        now = utcnow()
        return max(now, datetime.combine(self.first, time(), ZoneInfo(zone))) if self.first else now

    def ends_at(self, zone: str) -> datetime | None:
        """The last moment."""
        return datetime.combine(self.last, time(23, 59, 59), ZoneInfo(zone)) if self.last else None

    def errors(self, zone: str, *, needs_end: bool = False) -> dict[str, str]:
        """Why an access cannot have these days: a msgid by the name of the form's field."""
        today = day_of(utcnow(), zone)
        found = {}
        if self.first is not None and self.first < today:
            found["access_from"] = PAST
        if self.last is None and needs_end:
            found["access_until"] = NEEDS_END
        elif self.last is not None and self.last < today:
            found["access_until"] = PAST
        elif self.last is not None and self.first is not None and self.last < self.first:
            found["access_until"] = END_FIRST
        for name, day in (("access_from", self.first), ("access_until", self.last)):
            if day is not None and day > LAST_PLAUSIBLE:
                found[name] = IMPLAUSIBLE
        return found


def day_of(moment: datetime, zone: str) -> date:
    """The day that a moment is in, there."""
    return moment.astimezone(ZoneInfo(zone)).date()
