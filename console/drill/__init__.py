"""A simulated OpenStack with real sockets, for training and tests."""
