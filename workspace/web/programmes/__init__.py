"""A manager’s programmes, cohorts, teams and class sessions."""
