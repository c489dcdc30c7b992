"""Pure functions from facts to lines of text: no Textual, no clock, no state."""
