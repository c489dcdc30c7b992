"""Changes of single instances: out of rotation and back, held, replaced, and clients with a session sent away.

Each is a plan as any other: made on fresh facts, with the floor kept, bound to its basis, and with a way back.
"""
