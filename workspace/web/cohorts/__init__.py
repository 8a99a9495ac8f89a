"""The cohort page: what a tutor reads on Monday, and what a learner sees of their cohort."""
