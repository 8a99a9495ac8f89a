"""Boards as pictures and papers: one drawing for SVG, PNG, PDF, the print page and the pages' small pictures.

Everything but `rendering` runs in a process of its own (`program`), bounded in time and memory, that imports
neither Flask nor the database: it is given a document's bytes and the words to use, and gives a file.
"""
