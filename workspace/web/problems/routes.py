"""The routes of problems, gathered: reading, writing, saving by itself, sending, deciding."""

from workspace.web.problems import autosaving, decisions, pages, sending, writing
from workspace.web.problems.blueprint import blueprint

__all__ = ["autosaving", "blueprint", "decisions", "pages", "sending", "writing"]
