"""A container that does not ask for another layout because a layout changed its size."""

from __future__ import annotations

from textual.containers import Container
from textual.geometry import Size
from textual.reactive import Reactive


class Box(Container):
    """Holds panels side by side, or on top of each other: the stylesheet says which."""

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False, repaint=False)
