"""The proof of accompaniment."""
