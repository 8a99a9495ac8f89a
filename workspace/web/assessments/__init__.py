"""Assessments of teams and learners."""
