"""How each rotation moves traffic: one module each, from candidates to the moves of a plan."""
