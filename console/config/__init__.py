"""YAML to Config; errors with file, line and a hint."""
