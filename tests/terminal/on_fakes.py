"""The program over facts made by hand, in a real terminal: `python on_fakes.py [well|fleet|crash]`."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from console.terminal import is_ascii_only, wants_no_colour
from screens.view.glyphs import ASCII, UNICODE  # first, as in the program: `screens` tells Textual what there is

sys.path.insert(0, str(Path(__file__).parent.parent / "tui"))

from tuikit import config, make_app, service


def main(kind: str) -> int:
    """Open the console on one service, or on a `fleet`; `crash` breaks it once it shows something."""
    no_colour = wants_no_colour(os.environ)
    now = time.time()
    names = ("api", "glance", "cinder") if kind == "fleet" else ("api",)
    app, _, _ = make_app(
        *(service(now, name) for name in names),
        settings=config(*names),
        # the same moment for ever: nothing grows old, so nothing is painted again
        clock=lambda: now,
        theme="mono" if no_colour else "dark",
        no_colour=no_colour,
        glyphs=ASCII if is_ascii_only(os.environ, sys.stdout.encoding) else UNICODE,
    )
    if kind == "crash":
        secret = "hunter2"

        def broken() -> None:
            password = secret + "!"
            raise RuntimeError("broken on purpose" if password else "")

        app.call_later(app.set_timer, 0.5, broken)
    code = app.run()
    return app.return_code or 0 if code is None else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "well"))
