"""One’s own account: profile, preferences, password, sessions."""
