"""The demonstration content: invented people, real places. `seed_demo(session)` writes it once.

`story.py` says what a team's story is made of, one file per team tells it, `writer.py` writes it to the
database, `pulse.py` spreads its activity over eight weeks.
"""

from workspace.services.demo.writer import seed_demo

__all__ = ["seed_demo"]
