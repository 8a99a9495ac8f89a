"""Pages of milestones: those of a cohort, those of a project."""
