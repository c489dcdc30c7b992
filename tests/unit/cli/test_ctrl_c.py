from __future__ import annotations

import signal
import weakref

import pytest

from console.cli.ctrl_c import ctrl_c


class Thing:
    """Something that can be referred to weakly."""


def test_what_is_pressed_where_python_drops_exceptions_is_heard() -> None:
    before = signal.getsignal(signal.SIGINT)
    thing = Thing()
    reference = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
    with ctrl_c() as pause:
        pause(0)
        del thing
        assert reference() is None
        with pytest.raises(KeyboardInterrupt):
            pause(5)
    assert signal.getsignal(signal.SIGINT) is before
