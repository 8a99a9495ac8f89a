"""Eight weeks of activity on a project's boards, spread in working hours. Always the same for one seed."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

WORKING_HOURS = (8, 19)
LARGEST_BURST = 9


def pulse(now: datetime, weeks: Sequence[int], people: int, seed: str) -> Iterator[tuple[datetime, int, int]]:
    """Yield (when, index of the person, edits) for these edits per week, oldest week first.

    The last entry is the seven days that end at `now`, its last burst within the last hours. Nothing lies in
    the future.
    """
    chance = random.Random(seed)
    for position, edits in enumerate(weeks):
        start = now - timedelta(weeks=len(weeks) - position)
        left = edits
        while left > 0:
            burst = min(left, chance.randint(2, LARGEST_BURST))
            left -= burst
            day = start + timedelta(days=chance.randint(0, 6))
            when = day.replace(hour=chance.randint(*WORKING_HOURS), minute=chance.randint(0, 59))
            if position == len(weeks) - 1 and left <= 0:
                when = now - timedelta(minutes=chance.randint(8, 300))
            yield min(when, now - timedelta(minutes=8)), chance.randrange(people), burst
