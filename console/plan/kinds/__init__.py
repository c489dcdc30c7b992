"""What each kind of desired state means on paper: its calls, and what they leave. One module a kind."""
