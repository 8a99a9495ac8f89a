"""Invitations: made, shown, accepted, withdrawn."""
