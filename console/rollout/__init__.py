"""Journal, lease, gates and the runner."""
