"""The SDK is imported in part, and whole for those who ask for it. Each in an interpreter of its own."""

from __future__ import annotations

import subprocess
import sys

LIGHT = "from console.cloud import sdk; sdk.prepare(); import openstack.config.loader, openstack.exceptions, sys\n"


def said(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_proxies_of_the_services_are_left_out() -> None:
    assert said(LIGHT + "print([n for n in sys.modules if n.startswith('openstack.compute.v2')])") == "[]"


def test_a_session_needs_no_more_than_that() -> None:
    code = (
        "import sys\nfrom console.cloud.session import Session\nfrom console.errors import AuthError\n"
        "try: Session.open('nowhere')\nexcept AuthError: print('openstack.connection' in sys.modules)"
    )
    assert said(code) == "False"


def test_who_asks_for_the_whole_gets_it() -> None:
    assert said(LIGHT + "import openstack; print(openstack.connect.__name__, openstack.config.__name__)") == (
        "connect openstack.config"
    )


def test_what_it_does_not_have_it_does_not_have() -> None:
    assert said(LIGHT + "import openstack; print(hasattr(openstack, 'nothing'), hasattr(openstack, 'connect'))") == (
        "False True"
    )


def test_an_imported_one_is_left_alone() -> None:
    code = "import openstack\nfrom console.cloud import sdk\nsdk.prepare()\nprint(openstack.connect.__name__)"
    assert said(code) == "connect"
