"""Who logs in to a cloud, as clouds.yaml or OS_* name it: nothing is sent, and nothing secret is read out."""

from __future__ import annotations

from collections.abc import Mapping

from console.cloud.session import Session

_USERS = ("username", "user_id")
_CREDENTIALS = ("application_credential_name", "application_credential_id")
_PROJECTS = ("project_name", "project_id", "tenant_name", "tenant_id")
_NAMES = (*_USERS, *_CREDENTIALS, *_PROJECTS)


def configured_user(cloud: str, region: str | None) -> str:
    """`ops in project prod`; empty where the configuration does not say. Whatever is wrong with it raises nothing."""
    try:
        return _named(Session.open(cloud, region).configured(*_NAMES))
    except Exception:  # noqa: BLE001 a decision, an abort above all, is never kept from its journal by this
        return ""


def _named(configured: Mapping[str, str]) -> str:
    user = next((configured[key] for key in _USERS if configured.get(key)), "")
    if credential := next((configured[key] for key in _CREDENTIALS if configured.get(key)), ""):
        user = f"application credential {credential}{f' of {user}' if user else ''}"
    project = next((configured[key] for key in _PROJECTS if configured.get(key)), "")
    return f"{user or 'somebody'} in project {project}" if project else user
