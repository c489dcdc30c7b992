"""What the services' configuration files share."""

from __future__ import annotations

import configparser
import io
from collections.abc import Mapping
from pathlib import Path

from ..settings import DEBUG, IP, PORT, REGION, RUN, VENV, auth_url, passwords, url, write_private

Section = dict[str, object]

SHARE = VENV / "etc"  # where the packages put their paste files
LOCK: Section = {"lock_path": RUN / "lock"}
RABBIT: Section = {"rabbit_retry_interval": 1, "heartbeat_timeout_threshold": 0}
NO_NOTIFICATIONS: Section = {"driver": "noop"}
MIDDLEWARE: Section = {"enable_proxy_headers_parsing": "true"}
_QUIET = (
    "amqp sqlalchemy urllib3 oslo_policy oslo_messaging oslo.messaging keystonemiddleware "
    "stevedore taskflow keystoneauth dogpile oslo.service"
)


def write_ini(path: Path, sections: Mapping[str, Mapping[str, object]]) -> None:
    """Write an oslo.config file that only its owner can read."""
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # keys keep their case
    for name, values in sections.items():
        if name != "DEFAULT":
            parser.add_section(name)
        for key, value in values.items():
            parser.set(name, key, str(value))
    path.parent.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    parser.write(text)
    write_private(path, text.getvalue())


def defaults() -> Section:
    """[DEFAULT] of every service."""
    return {
        "debug": DEBUG,
        "use_stderr": "true",
        "transport_url": f"rabbit://lab:{passwords()['amqp']}@{IP}:{PORT['amqp']}/",
        "logging_default_format_string": "%(asctime)s %(levelname)s %(name)s %(message)s",
        "default_log_levels": ",".join(f"{name}=WARN" for name in _QUIET.split()),
    }


def database(name: str) -> Section:
    """[database] of the service with that schema."""
    return {
        "connection": f"mysql+pymysql://lab:{passwords()['db']}@{IP}:{PORT['mysql']}/{name}?charset=utf8",
        "max_pool_size": 10,
        "max_overflow": 20,
        "connection_recycle_time": 600,
    }


def service_user(**more: object) -> Section:
    """How a service authenticates to the others."""
    return {
        "auth_url": auth_url(),
        "auth_type": "password",
        "project_domain_id": "default",
        "user_domain_id": "default",
        "project_name": "service",
        "username": "service",
        "password": passwords()["service"],
        "region_name": REGION,
        **more,
    }


def authtoken() -> Section:
    """[keystone_authtoken]: how a service checks its callers' tokens."""
    return service_user(
        www_authenticate_uri=url("keystone"),
        service_token_roles_required="true",
        service_token_roles="service",
        interface="internal",
    )
