"""The lab: a real OpenStack control plane on one small machine, for the contract and fault tests."""
