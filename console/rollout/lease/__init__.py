"""The exclusive right to change one protected object, visible to every jump host (DESIGN §6, rule 8)."""
