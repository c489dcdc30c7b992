"""Keystone's answer to a login, made sure of before anybody relies on its shape: keystoneauth believes every answer.

A login whose answer cannot be used fails as one whose password is wrong does, by the names of cloud and Keystone; what
is only told (user, project, roles) may be missing; a service without a URL is as good as not in the catalog.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from console.cloud.problems import clean
from console.errors import ApiError


def made_sure(plugin: Any, cloud: str, url: str) -> None:
    """Let this login plugin of keystoneauth give only tokens that can be used, and raise ApiError in their place.

    What keystoneauth itself has a name for it raises as ever. Does nothing to a login without Keystone.
    """
    log_in = getattr(plugin, "get_auth_ref", None)
    if log_in is None:
        return

    def sure(http: Any, **more: Any) -> Any:
        from keystoneauth1.exceptions import ClientException, InvalidResponse  # noqa: PLC0415 with the SDK

        try:
            access = log_in(http, **more)
            flaw = _flaw(access)
        except InvalidResponse as error:
            raise _unusable("there is no token in it", cloud, url) from error
        except ClientException:
            raise
        except Exception as error:  # whatever an answer that nobody foresaw makes keystoneauth raise
            raise _unusable(f"it has not the shape of Keystone's ({type(error).__name__})", cloud, url) from error
        if flaw:
            raise _unusable(flaw, cloud, url)
        return access

    plugin.get_auth_ref = sure


def _unusable(why: str, cloud: str, url: str) -> ApiError:
    at = f" at {url}" if url else ""
    return ApiError(
        f"cloud {cloud}: Keystone{at} answered the login with something that cannot be used: {why}",
        "is auth_url in clouds.yaml Keystone itself, or a proxy that changes its answers?",
    )


def _flaw(access: Any) -> str:
    """Why this token cannot be used, in a sentence; empty when it can. Takes from its catalog what cannot be used."""
    if not isinstance(access.auth_token, str) or not access.auth_token:
        return "there is no token in its header X-Subject-Token"
    if not isinstance(told(access, "expires"), datetime):
        return "it does not say when the token ends (expires_at)"
    catalog = access.service_catalog.catalog
    if catalog == {}:
        return ""  # keystoneauth's own for a token that has none
    if not isinstance(catalog, list):
        return "its catalog is no list"
    if access.version == "v3":
        catalog[:] = [_usable(entry) for entry in catalog if isinstance(entry, dict) and _texts(entry, "type")]
    return ""


def _usable(entry: dict[str, Any]) -> dict[str, Any]:
    """A service with those of its endpoints that say where and for whom."""
    listed = entry.get("endpoints")
    ends = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    told = [one for one in ends if _texts(one, "url", "interface") and one["url"].startswith(("http://", "https://"))]
    return {**entry, "endpoints": told}


def _texts(thing: dict[str, Any], *keys: str) -> bool:
    return all(isinstance(thing.get(key), str) and thing[key] for key in keys)


def told(access: Any, name: str) -> Any:
    """What the token says under this name of keystoneauth's; None where it does not say it, or not as it should."""
    try:
        return getattr(access, name, None)
    except Exception:  # noqa: BLE001 keystoneauth takes the answer apart only now, and believes in its shape
        return None


def text(access: Any, name: str) -> str:
    """A name or an id that the token tells; empty where it does not."""
    found = told(access, name)
    return clean(found) if isinstance(found, str) else ""


def moment(access: Any, name: str) -> float:
    """A time that the token tells, in Unix seconds; 0 where it does not."""
    found = told(access, name)
    return found.timestamp() if isinstance(found, datetime) else 0.0
