"""What clients get, all the time: each watched VIP is asked at its own rate, and the last minute is kept."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from threading import Thread

import httpx

from console.config.model import VipCheck
from console.errors import BluegreenError
from console.model.traffic import WINDOW, VipAnswer
from console.watch.vip import ask_once, vip_client
from console.watch.watched import Watched

UNWATCHED_RATE = 0.5  # requests per second, at most, to the VIP of a service that nobody looks at
_UNUSABLE_PAUSE = 10.0  # seconds between two tries to read certificates that cannot be used
_UNKNOWN_PAUSE = 0.5  # seconds between two looks whether the VIP's address is known

log = logging.getLogger("bluegreen.watch")


class TrafficWatch:
    """A thread that asks the VIPs of the watched services. `collect` hands the answers over; nothing here waits."""

    def __init__(self, watched: Sequence[Watched]) -> None:
        mine = [one for one in watched if one.config.vip is not None]
        # tuples are replaced, never changed: the two threads share nothing else
        self._answers: dict[Watched, tuple[VipAnswer, ...]] = dict.fromkeys(mine, ())
        self._collected: dict[Watched, tuple[VipAnswer, ...]] = dict(self._answers)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._all: asyncio.Task[None] | None = None  # the task that all others are children of
        self._stopped = False
        self._closely: str | None = None  # the service that is looked at
        self._all_closely = True

    def look_at(self, service: str | None) -> None:
        """Somebody looks at this service: it is asked at its own rate, the others at UNWATCHED_RATE. Until somebody
        says so, all are asked at their own.
        """
        self._closely, self._all_closely = service, False

    @property
    def watches(self) -> bool:
        """Whether there is any VIP to ask."""
        return bool(self._answers)

    @property
    def changed(self) -> bool:
        """Whether a service that is looked at has answers that were not collected yet."""
        return any(
            answers is not self._collected[one] and self._is_closely(one) for one, answers in self._answers.items()
        )

    def start(self) -> None:
        """Begin to ask."""
        if self.watches:
            Thread(target=self._run, name="traffic", daemon=True).start()

    def stop(self) -> None:
        """Ask no more. Returns at once."""
        self._stopped = True
        loop, everything = self._loop, self._all
        if loop is not None and everything is not None:
            with contextlib.suppress(RuntimeError):  # it has ended by itself
                # the groups cancel what is in them: a task that is cancelled on its own, before its first step, leaves
                # a coroutine behind that nobody awaits, and Python says so on the terminal
                loop.call_soon_threadsafe(everything.cancel)

    def clock_was_set(self, by: float) -> None:
        """The wall clock was set by so many seconds: what was answered before goes with it."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended by itself
                loop.call_soon_threadsafe(self._move, by)

    def _move(self, by: float) -> None:
        for one, answers in self._answers.items():
            self._answers[one] = tuple(replace(answer, at=answer.at + by) for answer in answers)

    def collect(self) -> None:
        """Give each service its window of answers, oldest first."""
        for one, answers in self._answers.items():
            if answers is not self._collected[one]:
                self._collected[one] = answers
                found = sorted(answers, key=lambda answer: answer.at)
                one.vip.tell(found, found[-1].at)

    def _run(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._ask_all())

    async def _ask_all(self) -> None:
        self._all, self._loop = asyncio.current_task(), asyncio.get_running_loop()
        if self._stopped:
            return
        async with asyncio.TaskGroup() as group:
            for one in self._answers:
                group.create_task(self._ask(one))

    async def _ask(self, one: Watched) -> None:
        check = one.config.vip
        assert check is not None
        while not one.url:  # noqa: ASYNC110 it becomes known in another thread
            await asyncio.sleep(_UNKNOWN_PAUSE)
        async with await _client(one, check) as http, asyncio.TaskGroup() as group:
            next_at = asyncio.get_running_loop().time()
            while True:
                group.create_task(self._ask_now(http, one, check))
                # a request may be slow; the next one begins on time, so that a hanging VIP shows as lost requests
                now = asyncio.get_running_loop().time()
                next_at = max(next_at + 1 / self._rate(one, check), now)
                await asyncio.sleep(next_at - now)

    def _rate(self, one: Watched, check: VipCheck) -> float:
        return check.rate if self._is_closely(one) else min(check.rate, UNWATCHED_RATE)

    def _is_closely(self, one: Watched) -> bool:
        return self._all_closely or one.config.name == self._closely

    async def _ask_now(self, http: httpx.AsyncClient, one: Watched, check: VipCheck) -> None:
        url = one.url
        if not url:
            return
        answer = await ask_once(http, url, check, one.address)
        kept = (old for old in self._answers[one] if answer.at - old.at <= WINDOW)
        self._answers[one] = (*kept, answer)


async def _client(one: Watched, check: VipCheck) -> httpx.AsyncClient:
    """The client, as soon as its certificates and its proxy can be used."""
    while True:
        try:
            return vip_client(one.url, check, one.trust)
        except (BluegreenError, OSError) as error:
            one.vip.fail(error)
        await asyncio.sleep(_UNUSABLE_PAUSE)
