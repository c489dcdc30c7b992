"""The watch of the VIPs ends cleanly, at whatever moment it is stopped."""

from __future__ import annotations

import asyncio
import gc
import itertools
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from answering import reply, serving

from console.cloud.session import Session
from console.config.model import Rotation, ServiceConfig, VipCheck
from console.watch.place import Place
from console.watch.traffic import TrafficWatch
from console.watch.watched import Watched


class AskedOnce(Watched):
    """A service that says when its VIP is about to be asked."""

    about_to_ask: Callable[[], None] = staticmethod(lambda: None)

    @property
    def url(self) -> str:
        self.about_to_ask()
        return super().url


def watched(url: str) -> AskedOnce:
    config = ServiceConfig("api", "lab", Rotation("weights", "lb"), vip=VipCheck(url, rate=200))
    nowhere = Place(("lab", None), [config], lease_network=None, good_for=30, clock=time.time, connect=nobody)
    return AskedOnce(config, nowhere, good_for=30, clock=time.time, leased=False)


def nobody(cloud: str, region: str | None) -> Session:
    raise AssertionError("the cloud is not asked")


def ended() -> bool:
    return not any(thread.name == "traffic" for thread in threading.enumerate())


async def test_a_watch_that_is_stopped_as_any_of_its_tasks_begins_leaves_nothing_behind() -> None:
    async with serving(lambda _: reply(b'{"git_commit": "abc"}')) as (port, _):
        for number in range(1, 12):
            one = watched(f"http://127.0.0.1:{port}/version")
            watch = TrafficWatch([one])
            made = itertools.count(1)

            def make(
                loop: asyncio.AbstractEventLoop,
                coro: Coroutine[None, None, None],
                *,
                at: int = number,
                made: Iterator[int] = made,
                stop: Callable[[], None] = watch.stop,
                **how: Any,
            ) -> asyncio.Task[None]:
                if next(made) == at:
                    stop()  # what it asks of the loop comes before the first step of this task
                return asyncio.Task(coro, loop=loop, **how)

            def begin(make: Any = make) -> None:
                asyncio.get_running_loop().set_task_factory(make)

            one.about_to_ask = begin
            watch.start()
            for _ in range(500):
                if ended():
                    break
                await asyncio.sleep(0.01)
            assert ended(), number
            gc.collect()  # a coroutine that nobody awaited complains now, which fails a test
