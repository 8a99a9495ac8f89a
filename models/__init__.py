"""The domain of L'Établi, free of frameworks: no Flask and no eventlet in here."""
