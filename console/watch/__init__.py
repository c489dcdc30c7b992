"""The poller and the probes that keep a snapshot true."""
