"""Plans that move no traffic: label what serves, make instances, delete them, add and take away. Pure.

Each has an order (`plan.orders`), with every name resolved. `ordering` makes that of a launch from what the cloud has;
the others are found in the snapshot. `planner.plan` asks `made` here for every action that does not decide who serves.
"""
