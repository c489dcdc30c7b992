"""Pure planning: from a snapshot and an intent to a plan or a refusal."""
