"""Share links: made and shut by the team; /join/<token> is where people without an account arrive."""
