"""Octavia v2 of the drill: its objects, its amphora, and its API."""
