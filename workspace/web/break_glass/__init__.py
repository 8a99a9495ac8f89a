"""Break-glass: a technical administrator opens one project, for hours and for a reason."""
