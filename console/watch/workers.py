"""A few daemon threads that run calls which may hang: nobody ever waits for them to end."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread


class Workers:
    """At most `most` threads, started when they are needed.

    concurrent.futures joins its threads when the interpreter ends, so one hanging call would hold up `quit` for as
    long as its timeout.
    """

    def __init__(self, name: str, most: int = 6) -> None:
        self._name, self._most = name, most
        self._tasks: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._lock = Lock()
        self._started = self._waiting = 0

    def submit(self, task: Callable[[], None]) -> None:
        """Run the task in a thread, as soon as one is free. It must not raise."""
        with self._lock:
            self._waiting += 1
            start = self._waiting > self._started < self._most
            self._started += start
        self._tasks.put(task)
        if start:
            Thread(target=self._work, name=f"{self._name}-{self._started}", daemon=True).start()

    def stop(self) -> None:
        """Let idle threads end, and the others when their call does. Returns at once."""
        with self._lock:
            for _ in range(self._started):
                self._tasks.put(None)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            task()
            with self._lock:
                self._waiting -= 1
