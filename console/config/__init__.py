"""YAML to Config; errors with file, line and a hint."""

from console.config.loader import load

__all__ = ["load"]
