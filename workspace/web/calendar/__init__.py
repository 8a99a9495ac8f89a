"""The calendar of a cohort: its class sessions, who attended, and the feed for calendar software."""
