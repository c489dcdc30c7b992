"""The drill: a simulated OpenStack behind real HTTP, with real instances and a real VIP, on loopback."""

SERVICE = "nova-api"  # the one service in it
CLOUDS, CONFIG, REPOSITORY, CA = "clouds.yaml", "config.yaml", "nova-api.git", "ca.pem"  # in its folder
READY = "ready"  # the last line that `--serve` prints when everything listens
