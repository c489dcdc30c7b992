"""A train: rollouts of several services, in order, with a barrier after the gates and one after the last proof.

The train is a record over rollouts, and its conductor a process of its own that writes nothing to the cloud: it starts
runners, says their words, and asks them to go back. What to do next is computed anew from the record at each look
(`course`), so that a conductor may die at any instant, and another one goes on.
"""
