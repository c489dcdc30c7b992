"""Immutable facts, and the verdicts derived from them."""
