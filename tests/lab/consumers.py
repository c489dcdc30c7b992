"""LAB_BROKER=amqp://... consumers.py QUEUE...: wait until each queue has a consumer. Runs in the lab's environment."""

from __future__ import annotations

import os
import sys
import time
from urllib.parse import urlsplit

import amqp


def main() -> None:
    """Wait up to 90 s for all of them."""
    broker = urlsplit(os.environ["LAB_BROKER"])
    connection = amqp.Connection(
        host=f"{broker.hostname}:{broker.port}", userid=broker.username, password=broker.password, virtual_host="/"
    )
    connection.connect()
    end = time.monotonic() + 90
    for queue in sys.argv[1:]:
        while not _consumed(connection, queue):
            if time.monotonic() > end:
                sys.exit(f"no consumer on the queue {queue}")
            time.sleep(0.2)
    connection.close()


def _consumed(connection: amqp.Connection, queue: str) -> bool:
    try:
        channel = connection.channel()
        found = bool(channel.queue_declare(queue=queue, passive=True).consumer_count)
        channel.close()
    except amqp.exceptions.NotFound:
        return False
    return found


main()
