"""Pages of what was kept of boards and texts."""
