"""An authenticated way into one region of one cloud: clouds.yaml or OS_*, catalog, timeouts.

It can only GET, but for one action: the console output of a server, which Nova gives to a POST alone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from difflib import get_close_matches
from threading import Lock, local
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from console import __version__
from console.cloud import sdk, token
from console.cloud.problems import CONNECT_TIMEOUT, READ_TIMEOUT, clean, from_exception, from_response
from console.errors import ApiError, AuthError, CloudError, NotInCatalog

if TYPE_CHECKING:
    from keystoneauth1.adapter import Adapter
    from openstack.config.cloud_region import CloudRegion
    from requests import Response

CATALOG_AGE = 60.0  # seconds between two logins for the sake of a lost service
# In the place of keystoneauth's rate limit, which sleeps by the wall clock: after that was set back by an hour, every
# request of an adapter would wait for an hour (keystoneauth1: _fair_semaphore.py).
UNHURRIED: AbstractContextManager[None] = nullcontext()
SERVICES = ("compute", "load-balancer", "network", "image", "identity")

# Asking for the major version that the catalog's URL already carries costs no discovery request.
_MAJOR = {"compute": "2", "image": "2", "identity": "3"}


# Logins that are good for one token: a new one needs a person, or has the old one's end (keystoneauth1 plugins).
_ONE_TIME = frozenset({"token", "v2token", "v3token", "v3totp", "v3multifactor", "v3oidcauthcode", "v3oidcdeviceauthz"})


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are to the cloud. Times in Unix seconds by the cloud's clock; 0 where the kind of login tells none."""

    user: str
    user_id: str
    project: str
    project_id: str
    roles: tuple[str, ...]
    issued_at: float
    expires_at: float
    auth_url: str
    cloud: str
    region: str
    renewable: bool = True  # whether the login can be repeated without a person


class Session:
    """One region of one cloud. Threads may share it; the login happens at the first call and is renewed by itself.

    Connecting may take 5 s, an answer 15 s (or `api_timeout` of clouds.yaml); nothing is ever sent twice, except
    after a 401, which came before any effect. While a service cannot be reached the catalog is read again once in
    CATALOG_AGE: it may have moved. The token that works is kept until another one is there.
    """

    def __init__(self, region: CloudRegion, config_file: str) -> None:
        self.cloud: str = region.name
        self.region: str = region.region_name or ""
        self.config_file = config_file  # the clouds.yaml that was read; empty when only OS_* were
        self._region = region
        self._http = region.get_session()
        self.timeout = (CONNECT_TIMEOUT, float(region.config.get("api_timeout") or READ_TIMEOUT))  # connect, read: s
        both: Any = self.timeout  # requests takes the pair; keystoneauth's constructor and types know one number only
        self._http.timeout = both
        _log_in_once_at_a_time(self._http)
        token.made_sure(self._http.auth, self.cloud, self._auth_url)
        self._adapters: dict[str, Adapter] = {}
        self._lock = Lock()
        self._lost: set[str] = set()  # services that could not be reached, or are not in the catalog
        self._cataloged_at = time.monotonic()

    @classmethod
    def open(cls, cloud: str, region: str | None = None) -> Session:
        """The session for a clouds.yaml entry (`envvars`: from OS_*). Sends nothing yet.

        Raises AuthError when there is no such cloud or region, or its entry cannot be used.
        """
        for library in ("keystoneauth", "openstack", "urllib3"):
            # their warnings would be printed on the terminal, over our screen; what matters is in our errors
            logging.getLogger(library).addHandler(logging.NullHandler())
        sdk.prepare()
        import yaml  # noqa: PLC0415 with the SDK, not before
        from keystoneauth1.exceptions import ClientException  # noqa: PLC0415
        from openstack.config.loader import OpenStackConfig  # noqa: PLC0415 0.2 s: off the path of the first paint
        from openstack.exceptions import SDKException  # noqa: PLC0415

        try:
            config = OpenStackConfig(app_name="bluegreen", app_version=__version__)
        except (SDKException, yaml.YAMLError, OSError) as error:
            raise AuthError(f"clouds.yaml cannot be read: {clean(str(error))}", "mend the file named there") from error
        found = config.config_filename or ""
        try:
            chosen = config.get_one(cloud, region_name=region) if region else config.get_one(cloud)
            return cls(chosen, found)
        except (SDKException, ClientException, TypeError, ValueError) as error:
            raise _no_such_cloud(error, cloud, config.get_cloud_names(), found) from error

    def get(self, service: str, path: str, params: Any = None, headers: dict[str, str] | None = None) -> Any:
        """The JSON of one GET. `path` begins with the version for load-balancer and network (`/v2/lbaas/pools`).

        Raises a CloudError that names cloud, service and path.
        """

        def send(adapter: Adapter) -> Response:
            return adapter.get(path, params=params, headers=headers or {}, raise_exc=False, rate_semaphore=UNHURRIED)

        return self._json(service, path, send)

    def console_output(self, server_id: str, lines: int) -> Any:
        """The JSON of a server's last console lines: the one POST of the read lane; it changes nothing (Nova: action
        os-getConsoleOutput, role member). Raises as `get` does: 409 while the server is not ready, 501 without one.
        """
        path = f"/servers/{server_id}/action"

        def send(adapter: Adapter) -> Response:
            return adapter.post(
                path, json={"os-getConsoleOutput": {"length": lines}}, raise_exc=False, rate_semaphore=UNHURRIED
            )

        return self._json("compute", path, send)

    def _json(self, service: str, path: str, send: Callable[[Adapter], Response]) -> Any:
        what = f"{service} {path}"
        self._read_catalog_again(service)
        adapter = self.adapter(service)
        try:
            response = send(adapter)
            if response.status_code == 401 and self._token_is_newer(response):
                response = send(adapter)
        except sdk_errors() as error:
            self._lost.add(service)
            raise from_exception(error, self.cloud, what, self._host(adapter), self.timeout[1]) from error
        self._lost.discard(service)
        if response.status_code >= 300:
            raise from_response(response, self.cloud, what)
        try:
            return response.json()
        except (ValueError, RecursionError) as error:  # the latter for lists in lists in lists
            raise ApiError(
                f"cloud {self.cloud}: {what} answered {response.status_code} with something that is not JSON",
                f"is the endpoint {self._host(adapter)} this service, or a proxy's login page?",
                response.status_code,
            ) from error

    def _read_catalog_again(self, service: str) -> None:
        """Log in once more for the sake of the catalog, if this service is lost; what fails now may work later."""
        with self._lock:
            now = time.monotonic()
            if service not in self._lost or now - self._cataloged_at < CATALOG_AGE:
                return
            self._cataloged_at = now
        auth: Any = self._http.auth  # keystoneauth types its plugins by the least of them
        if not self._renewable or not hasattr(auth, "get_auth_ref"):
            return  # a login that needs a person, or one without a catalog
        try:
            found = auth.get_auth_ref(self._http)
        except CloudError:
            return
        except sdk_errors():
            return
        with self._lock:
            auth.auth_ref = found
            self._adapters.clear()

    def _token_is_newer(self, response: Response) -> bool:
        """Whether there is another token by now than the one that was refused.

        When two threads are refused at once, keystoneauth renews the token for the first and gives the second its 401.
        """
        return bool(self._http.get_token() != response.request.headers.get("X-Auth-Token"))

    def adapter(self, service: str) -> Adapter:
        """keystoneauth's adapter of one service, made once. Retries nothing; does not raise on error statuses if told.

        Raises NotInCatalog, and what logging in can raise.
        """
        with self._lock:
            if service in self._adapters:
                return self._adapters[service]
        self.login()
        adapter = self._connect(service)
        with self._lock:
            return self._adapters.setdefault(service, adapter)

    def login(self) -> None:
        """Make sure of a token that is good for two more minutes. Raises AuthError or Unreachable."""
        try:
            self._http.get_token()
        except sdk_errors() as error:
            raise from_exception(error, self.cloud, "the login", self._auth_url, self.timeout[1]) from error

    def identity(self) -> Identity:
        """Who the current token says we are. Raises AuthError or Unreachable."""
        self.login()
        get_access = getattr(self._http.auth, "get_access", None)  # logins without Keystone have none
        access = get_access(self._http) if get_access else None
        roles = token.told(access, "role_names")
        return Identity(
            user=token.text(access, "username"),
            user_id=token.text(access, "user_id"),
            project=token.text(access, "project_name"),
            project_id=token.text(access, "project_id"),
            roles=tuple(sorted(clean(role) for role in roles or () if isinstance(role, str))),
            issued_at=token.moment(access, "issued"),
            expires_at=token.moment(access, "expires"),
            auth_url=self._auth_url,
            cloud=self.cloud,
            region=self.region,
            renewable=self._renewable,
        )

    @property
    def trusted(self) -> str | Literal[False] | None:
        """What clouds.yaml (cacert, verify, insecure) trusts: a file of authorities, False when no certificate is
        checked, None for the public authorities.
        """
        verify, _cert = self._region.get_requests_verify_args()
        return verify if isinstance(verify, str) else (None if verify else False)

    def configured(self, *names: str) -> dict[str, str]:
        """What clouds.yaml or OS_* say of who logs in, under these names of theirs, where they say it."""
        auth = self._region.config.get("auth") or {}
        return {name: str(auth[name]) for name in names if auth.get(name)}

    @property
    def _renewable(self) -> bool:
        return self._region.config.get("auth_type") not in _ONE_TIME

    @property
    def _auth_url(self) -> str:
        return str((self._region.config.get("auth") or {}).get("auth_url") or "")

    def _connect(self, service: str) -> Adapter:
        from keystoneauth1.adapter import Adapter  # noqa: PLC0415
        from keystoneauth1.exceptions import EndpointNotFound  # noqa: PLC0415

        settings = self._region
        adapter = Adapter(
            self._http,
            service_type=settings.get_service_type(service),
            service_name=settings.get_service_name(service),
            interface=settings.get_interface(service),
            region_name=settings.get_region_name(service),
            endpoint_override=settings.get_endpoint(service),
            version=_MAJOR.get(service),
            connect_retries=0,
            status_code_retries=0,
        )
        try:
            endpoint = adapter.get_endpoint()
        except EndpointNotFound as error:
            raise self._not_in_catalog(service) from error
        except sdk_errors() as error:
            self._lost.add(service)
            raise from_exception(error, self.cloud, service) from error
        except (TypeError, ValueError, LookupError, AttributeError) as error:  # it believes the versions that are told
            raise ApiError(
                f"cloud {self.cloud}: {service}, asked for its versions, answered with something else "
                f"({type(error).__name__})",
                "is the endpoint in the catalog this service, or a proxy's login page?",
            ) from error
        if not endpoint:
            raise self._not_in_catalog(service)
        if service not in _MAJOR:
            # The catalogs disagree on whether these URLs carry a version: cut it off, the paths name it.
            told = endpoint if adapter.endpoint_override else endpoint.replace("%", "%%")  # an override is a template
            adapter.endpoint_override = told.rstrip("/").removesuffix("/v2.0").removesuffix("/v2").rstrip("/")
        return adapter

    def _not_in_catalog(self, service: str) -> NotInCatalog:
        self._lost.add(service)
        get_access = getattr(self._http.auth, "get_access", None)
        catalog = get_access(self._http).service_catalog.catalog if get_access else []
        known = sorted({str(entry.get("type")) for entry in catalog if entry.get("endpoints")})
        where = f" in region {self.region}" if self.region else ""
        if (
            any(entry.get("type") == self._region.get_service_type(service) for entry in catalog)
            and service not in known
        ):
            return NotInCatalog(
                f"cloud {self.cloud}: its catalog names no URL of the {service} service{where}",
                "the fault is in the catalog that Keystone tells: its operators mend the endpoint there",
            )
        return NotInCatalog(
            f"cloud {self.cloud} has no {service} service{where} in its catalog",
            f"the catalog has: {', '.join(known) or 'nothing'}; check region_name and interface in clouds.yaml",
        )

    @staticmethod
    def _host(adapter: Adapter) -> str:
        override = adapter.endpoint_override
        parts = urlsplit(override or "")
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _log_in_once_at_a_time(http: Any) -> None:
    """Refuse a login that is asked for by a login.

    keystoneauth asks Keystone for its versions while it holds the lock of the login; when that is answered 401, it asks
    again with a token, for which it wants the lock: it would wait for itself for ever (discover.py get_version_data).
    """
    inside, get_headers = local(), http.get_auth_headers

    def guarded(auth: Any = None, **more: Any) -> Any:
        from keystoneauth1.exceptions import Unauthorized  # noqa: PLC0415

        if getattr(inside, "busy", False):
            raise Unauthorized("Keystone does not even tell its versions without a login")
        inside.busy = True
        try:
            return get_headers(auth, **more)
        finally:
            inside.busy = False

    http.get_auth_headers = guarded


def sdk_errors() -> tuple[type[Exception], ...]:
    """What the SDK raises for anything that goes wrong; imported when first needed."""
    from keystoneauth1.exceptions import ClientException  # noqa: PLC0415
    from openstack.exceptions import SDKException  # noqa: PLC0415

    return ClientException, SDKException


def _no_such_cloud(error: Exception, cloud: str, names: list[str], found: str) -> AuthError:
    where = f"in {found}" if found else "(no clouds.yaml was found, and OS_* are not set)"
    if not found and cloud not in names:
        hint = "put it into ~/.config/openstack/clouds.yaml, or name another file in OS_CLIENT_CONFIG_FILE"
        return AuthError(f"there is no cloud {cloud} {where}", hint)
    if cloud not in names:
        near = get_close_matches(cloud, names, n=1)
        hint = f"did you mean {near[0]}?" if near else f"it has: {', '.join(sorted(names)) or 'no clouds'}"
        return AuthError(f"there is no cloud {cloud} {where}", hint)
    return AuthError(f"cloud {cloud} {where} cannot be used: {clean(str(error))}", "mend its entry in clouds.yaml")
