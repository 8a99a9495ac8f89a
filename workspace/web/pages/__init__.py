"""Pages about the application itself."""
