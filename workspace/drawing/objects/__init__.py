"""How each type of object is drawn: one file each, named together in `registry`."""
