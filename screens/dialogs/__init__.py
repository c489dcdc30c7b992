"""What asks before something happens, and what only explains."""
