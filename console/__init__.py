"""Headless core of the bluegreen console: facts, plans and rollouts of blue/green releases on OpenStack."""

__version__ = "0.1.0"
