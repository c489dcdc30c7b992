"""One message to one webhook: tried again for a while, by tenacity, where that may help. Nothing here tells the URL."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, stop_after_delay, wait_random_exponential

from console import __version__

_WITHIN = 5.0  # seconds for one try
_TRIES = 6
_PAUSES = wait_random_exponential(multiplier=0.5, max=10)  # seconds between two tries
_LIMIT = 60.0  # seconds in which a try may begin


@dataclass(frozen=True, slots=True)
class Delivery:
    """How it went, in a sentence."""

    ok: bool
    sentence: str


class _Again(Exception):
    """It was not taken, and may be later."""


class _Unusable(Exception):
    """It is no URL: no later try helps."""


def deliver(variable: str, occasion: str, content: Mapping[str, Any]) -> Delivery:
    """Send it to the URL that the environment variable holds. Never raises."""
    url = os.environ.get(variable, "")
    what = f"{variable} of {occasion}"
    if not url.startswith(("https://", "http://")):
        return Delivery(False, f"not told {what}: the variable {'holds no URL' if url else 'is not set'}")
    tries = Retrying(
        stop=stop_after_attempt(_TRIES) | stop_after_delay(_LIMIT),
        wait=_PAUSES,
        retry=retry_if_exception_type(_Again),
        reraise=True,
    )
    count = 0
    try:
        for attempt in tries:
            with attempt:
                count += 1
                status = _post(url, content)
                if not 200 <= status < 300:
                    return Delivery(False, f"not told {what}: the webhook answered {status}")
    except _Unusable:
        return Delivery(False, f"not told {what}: the URL in the variable cannot be used")
    except _Again as error:
        return Delivery(False, f"not told {what}: {error}, {count} times")
    more = f", at try {count}" if count > 1 else ""
    return Delivery(True, f"told {what}{more}")


def _post(url: str, content: Mapping[str, Any]) -> int:
    try:
        if not httpx.URL(url).host:
            raise _Unusable
        answer = httpx.post(url, json=content, timeout=_WITHIN, headers={"User-Agent": f"bluegreen/{__version__}"})
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError):
        raise _Unusable from None
    except (httpx.HTTPError, OSError) as error:
        raise _Again(f"no answer ({type(error).__name__})") from None
    if answer.status_code == 429 or answer.status_code >= 500:
        raise _Again(f"the webhook answered {answer.status_code}")
    return answer.status_code
