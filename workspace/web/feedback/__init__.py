"""Feedback on a project: written and released by tutors, answered by the team."""
