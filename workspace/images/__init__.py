"""Pictures that people put on boards: what is taken, and how it is made anew."""
