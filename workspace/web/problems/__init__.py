"""Problems: the list, the page, the form and its drafts, the tutor's decision."""
