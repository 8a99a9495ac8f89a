"""Pages of a project's solutions."""
