"""Real traffic: a haproxy for each load balancer, an HTTP app for each server."""
