"""The demonstration: entering as one of its invented people."""
