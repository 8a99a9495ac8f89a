"""What concerns messages by mail: those caught in development, and refusing the news."""
