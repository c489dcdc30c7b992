"""Colour themes, and the stylesheet common to all; `screens.themes` reads them from here."""
