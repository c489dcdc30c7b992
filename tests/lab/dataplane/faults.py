"""What the app inside a server can be told to do wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

WORDS = "ok | unhealthy | error-rate=0.3 | slow=MS | hang | refuse | crash | latent=N[:MODE], or several with commas"


@dataclass(frozen=True, slots=True)
class Faults:
    """One behaviour. `slow` in milliseconds; `latent`: good for that many requests, then `then`."""

    unhealthy: bool = False
    error_rate: float = 0.0
    slow: float = 0.0
    hang: bool = False
    refuse: bool = False
    crash: bool = False
    latent: int | None = None
    then: str = field(default="error-rate=1")

    @property
    def closed(self) -> bool:
        """Whether the port is closed."""
        return self.refuse or self.crash


def parse(mode: str) -> Faults:
    """`unhealthy,slow=800` as Faults; ValueError names the word that is unknown."""
    values: dict[str, bool | float | int | str] = {}
    for word in mode.split(","):
        key, _, value = word.partition("=")
        if key in ("unhealthy", "hang", "refuse", "crash") and not value:
            values[key] = True
        elif key in ("slow", "error-rate"):
            values[key.replace("-", "_")] = float(value)
        elif key == "latent":
            requests, _, then = value.partition(":")
            values["latent"] = int(requests)
            values["then"] = then or "error-rate=1"
            parse(str(values["then"]))
        elif word != "ok":
            raise ValueError(f"{word!r} is not one of: {WORDS}")
    return Faults(**values)  # type: ignore[arg-type]
