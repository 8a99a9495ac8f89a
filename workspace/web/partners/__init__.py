"""Partners of a project: added, edited, withdrawn by the team."""
