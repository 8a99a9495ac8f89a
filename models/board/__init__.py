"""A board's shared document: what it may hold, and who may change it. Pure: no I/O, no Flask, no database."""
