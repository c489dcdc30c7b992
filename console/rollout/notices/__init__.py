"""Telling people of rollouts, by webhooks. It never delays a rollout, and never fails one."""
