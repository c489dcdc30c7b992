"""Gates carried out: each kind is an `Attempt` that is begun, polled until it has an `Outcome`, and stopped."""
