"""The kinds of object a board can hold: one file each, named together in `registry`."""
