"""Pure planning: from a snapshot and an intent to a plan or a refusal.

A plan is a list of steps; a step has writes, or none; a write is one *desired state* (`desired`, a tagged union that
the journal stores), the call that brings it about and the one that takes it back. The `basis` is what is there: the
intent facts of pools, listeners, members and servers. What a write does to it (`kinds`) gives the basis that the next
write finds, so drift, capacity and undo are computed the same way for every kind (`course`, `drift`, `capacity`).

To add a kind of write:

1. `desired.py`: a `msgspec.Struct(frozen=True, tag="...")` with the ids and what is to become of them; name it in
   `Desired`. The tag is stored: it never changes.
2. `kinds/NAME.py`: `call`, `undo`, `after`, `restore`, `words` (`kinds.registry.Kind`); pure, from the basis alone.
   `call` gives the `openstack` commands too. Register it in `kinds/registry.py`.
3. `console/rollout/runner/kinds/NAME.py`: how it is looked at, waited for and read back (see that package).

What a basis does not have yet goes into `basis.py` (and `drift.py` compares it); new fields have defaults, because
plans in the journal are opened by every later version (`console.rollout.stored_plan`).

To add an action or a strategy: an `Action`, a function `Asked -> steps` that makes its writes with `course.write`,
and a branch in `planner.plan`. The floor is checked after each write of each step in every way by which clients come.
A step of several writes sends them in order; with `at_once` above 1 so many are waited for together.

To add a step that writes nothing (a gate, a wait): a `StepKind`, its words in `waits.py`, its branch in the runner's
`walk._step`, and, if somebody's word ends it, its decision in `console.rollout.waiting`.
"""
