"""What each kind of desired state means in the cloud: the last look, the wait, the read-back. One module a kind."""
