"""Who takes part in a project, by sector: where each stands, and what the team does about it."""
