"""Readers of the files that image sets come in."""
