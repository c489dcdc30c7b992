"""What went wrong between us and the cloud, in one sentence with a hint: the SDK's errors become ours."""

from __future__ import annotations

import re
import time
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from console.errors import ApiError, AuthError, CloudError, Conflict, Forbidden, NotFound, NotInCatalog, Unreachable
from console.model.text import clipped

if TYPE_CHECKING:
    from requests import Response

CONNECT_TIMEOUT, READ_TIMEOUT = 5.0, 15.0  # seconds

_SAID_LIMIT = 300
_LONGEST_PAUSE = 3600.0  # seconds that an API may ask us to keep away
_TAG = re.compile(r"<[^>]*>")


def from_exception(error: Exception, cloud: str, what: str, url: str = "", timeout: float = READ_TIMEOUT) -> CloudError:
    """The error to raise for one that the SDK raised while it did `what` (`load-balancer /v2/lbaas/pools`).

    `timeout` is how long it waited for an answer, in seconds.
    """
    import requests  # noqa: PLC0415 the HTTP stack is imported with the SDK, never for `--help`
    from keystoneauth1 import exceptions as ksa  # noqa: PLC0415

    at = f" at {url}" if url else ""
    # the search for Keystone's version wraps what really happened into a message about auth_url
    behind = error.__context__ if isinstance(error, ksa.DiscoveryFailure) else None
    busy = isinstance(behind, ksa.HttpError) and (behind.http_status == 429 or behind.http_status >= 500)
    if isinstance(behind, Exception) and (busy or isinstance(behind, ksa.ConnectionError | ksa.Unauthorized)):
        error = behind
    # keystoneauth tells a read timeout only by the exception it was handling (keystoneauth: session.py _send_request)
    if isinstance(error.__context__, requests.exceptions.ReadTimeout):
        return Unreachable(
            f"cloud {cloud}: no answer to {what}{at} within the time allowed ({timeout:g} s)",
            "the service is slow or hangs; a look at its status page or logs says which",
            cause=f"cloud {cloud}: no answer within the time allowed ({timeout:g} s)",
        )
    if isinstance(error, ksa.SSLError):
        return Unreachable(
            f"cloud {cloud}: no trusted TLS connection for {what}{at}: {_cause(error)}",
            "set cacert: in clouds.yaml to the certificate authority of this cloud",
        )
    if isinstance(error, ksa.ConnectionError) and isinstance(error.__context__, requests.exceptions.ProxyError):
        return Unreachable(
            f"cloud {cloud}: cannot reach the proxy{_proxy(url)} for {what}{at}: {_cause(error)}",
            "HTTPS_PROXY and HTTP_PROXY of this host name it; NO_PROXY lists what goes around it",
        )
    if isinstance(error, ksa.ConnectionError):
        return Unreachable(
            f"cloud {cloud}: cannot connect for {what}{at}: {_cause(error)}",
            "check the network, VPN and proxy settings from this host to that address",
            cause=f"cloud {cloud}: cannot connect: {_cause(error)}",
        )
    if isinstance(error, ksa.Unauthorized):
        return AuthError(
            f"cloud {cloud}: the credentials were refused for {what}{at}",
            "check user, password or application credential, domain and project in clouds.yaml or OS_*",
        )
    if isinstance(error, ksa.EndpointNotFound):
        return NotInCatalog(
            f"cloud {cloud}: {what}: {clean(str(error))}", "check region_name and interface in clouds.yaml"
        )
    if isinstance(error, ksa.HttpError) and error.response is not None:
        return from_response(error.response, cloud, what)
    if isinstance(error, ksa.DiscoveryFailure):
        return Unreachable(
            f"cloud {cloud}: {what}{at}: {clean(str(error))}", "check auth_url in clouds.yaml or OS_AUTH_URL"
        )
    if isinstance(error, ksa.AuthPluginException | ksa.AuthorizationFailure):
        return AuthError(f"cloud {cloud}: {what}: {clean(str(error))}", "check the auth section of clouds.yaml or OS_*")
    return CloudError(f"cloud {cloud}: {what} failed: {clean(str(error)) or type(error).__name__}")


def from_response(response: Response, cloud: str, what: str) -> CloudError:
    """The error to raise for an answer with an error status."""
    status, answer = response.status_code, said(response)
    message = f"cloud {cloud}: {what} answered {status}" + (f": {answer}" if answer else "")
    if status == 401:
        return AuthError(message, "the token was refused twice; log in again, or check the credentials")
    if status == 403:
        # a quota limits what is made, never what is read
        read = response.request is not None and response.request.method == "GET"
        roles = "the user's roles do not allow it"
        return Forbidden(message, roles if read else f"{roles}, or a quota is used up", status)
    if status == 404:
        return NotFound(message, "", status)
    if status == 409:
        return Conflict(message, "", status)
    after = _seconds(response.headers.get("Retry-After", ""))
    if status == 429:
        return ApiError(message, f"the cloud asks to slow down{f' for {after:g} s' if after else ''}", status, after)
    hint = "the fault is in the cloud: its operators find it by the time and this path" if status >= 500 else ""
    return ApiError(message, hint, status, after)


def _proxy(url: str) -> str:
    """The proxy that the environment names for this URL, without a password that may be in it."""
    from requests.utils import get_environ_proxies, select_proxy  # noqa: PLC0415

    found = urlsplit(select_proxy(url, get_environ_proxies(url)) or "")
    return f" {found.hostname}{f':{found.port}' if found.port else ''}" if found.hostname else ""


def _seconds(text: str) -> float:
    """Retry-After in seconds from now, an hour at most, whether it is a number or a date; 0 for neither."""
    if text.strip().isdecimal():
        return min(float(text), _LONGEST_PAUSE)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return 0.0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(aware.timestamp() - time.time(), 0.0), _LONGEST_PAUSE)


def said(response: Response) -> str:
    """What an error answer says, without markup and control characters, at most 300 characters."""
    try:
        body: Any = response.json()
    except ValueError:
        return clean(_TAG.sub(" ", response.text[: 4 * _SAID_LIMIT]))
    return clean(_words(body))


def _words(body: Any) -> str:
    """Octavia says `faultstring`, Keystone, Nova and Neutron a `message` one level down, others a `description`."""
    if isinstance(body, str):
        return body
    if not isinstance(body, dict):
        return ""
    for key in ("faultstring", "message", "detail", "description", "title"):
        if isinstance(body.get(key), str):
            return str(body[key])
    return next((found for value in body.values() if isinstance(value, dict) and (found := _words(value))), "")


def clean(text: str) -> str:
    """One line of at most 300 characters, safe to show: texts from outside are untrusted."""
    return clipped(" ".join(text.split()), _SAID_LIMIT)


_CAUSES = (
    r"\[Errno -?\d+\] ([^'\")]+)",
    r"(certificate verify failed[^'\")]*)",
    r"(timed out)",
    r"(Remote end closed connection without response)",
)


def _cause(error: Exception) -> str:
    """The operating system's words (`Connection refused`) out of the nest of exceptions around them."""
    text = str(error)
    for pattern in _CAUSES:
        if found := re.search(pattern, text):
            return clean(found.group(1))
    return clean(text)
