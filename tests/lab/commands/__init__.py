"""One module for each command: its docstring is its help, `arguments` its options, `run` gives the exit code.

INSIDE: it runs in the lab's environment, where openstacksdk and the database client are.
"""
