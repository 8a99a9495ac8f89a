"""Projects: the list, the page of one, its steps, its boards' settings, its journal."""
