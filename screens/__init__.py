"""The terminal program: Textual screens over the headless core."""
