from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import pytest
from fake_openstack import FakeOpenStack

from console.cloud import problems
from console.cloud.reader import Reader
from console.cloud.session import Session
from console.errors import ApiError, AuthError, CloudError, Conflict, Forbidden, NotFound, NotInCatalog, Unreachable


def open_session(cloud: FakeOpenStack, folder: Path, **more: object) -> Session:
    cloud.clouds_yaml(folder, **more)
    return Session.open("test")


def test_who_we_are_and_until_when(cloud: FakeOpenStack, tmp_path: Path) -> None:
    cloud.roles = ("reader", "member")
    who = open_session(cloud, tmp_path).identity()
    assert (who.user, who.project, who.roles) == ("deployer", "ops", ("member", "reader"))
    assert (who.cloud, who.region, who.auth_url) == ("test", "RegionOne", f"{cloud.url}/identity/v3")
    assert who.expires_at - who.issued_at == pytest.approx(3600)


def test_opening_sends_nothing(cloud: FakeOpenStack, tmp_path: Path) -> None:
    open_session(cloud, tmp_path)
    assert cloud.log == []


def test_an_unknown_cloud_names_the_file_and_the_nearest_name(cloud: FakeOpenStack, tmp_path: Path) -> None:
    path = cloud.clouds_yaml(tmp_path)
    with pytest.raises(AuthError, match=rf"no cloud tset in {path}") as caught:
        Session.open("tset")
    assert "did you mean test?" in caught.value.hint


def test_without_any_clouds_yaml_the_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openstack.config.loader.CONFIG_FILES", [])
    with pytest.raises(AuthError, match=r"no clouds\.yaml was found") as caught:
        Session.open("test")
    assert "OS_CLIENT_CONFIG_FILE" in caught.value.hint


def test_an_unknown_region_is_refused_before_anything_is_sent(cloud: FakeOpenStack, tmp_path: Path) -> None:
    cloud.clouds_yaml(tmp_path)
    with pytest.raises(AuthError, match="RegionTwo"):
        Session.open("test", "RegionTwo")
    assert cloud.log == []


def test_a_broken_clouds_yaml_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "clouds.yaml").write_text("clouds: [\n")
    with pytest.raises(AuthError):
        Session.open("test")


def test_an_entry_without_auth_url(tmp_path: Path) -> None:
    (tmp_path / "clouds.yaml").write_text("clouds: {test: {auth: {username: x}}}")
    with pytest.raises(AuthError, match="auth_url"):
        Session.open("test")


def test_a_wrong_password_never_shows_the_password(cloud: FakeOpenStack, tmp_path: Path) -> None:
    session = open_session(cloud, tmp_path, auth={"password": "guessed-wrong"})
    with pytest.raises(AuthError, match="credentials were refused") as caught:
        session.get("compute", "/servers/detail")
    assert "guessed-wrong" not in str(caught.value)


def test_nobody_listens_at_auth_url(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    cloud = FakeOpenStack(url=f"http://127.0.0.1:{port}")
    with pytest.raises(Unreachable, match=rf"127\.0\.0\.1:{port}.*Connection refused"):
        open_session(cloud, tmp_path).identity()


def test_a_name_that_does_not_resolve(tmp_path: Path) -> None:
    cloud = FakeOpenStack(url="http://keystone.invalid")
    with pytest.raises(Unreachable, match=r"keystone\.invalid"):
        open_session(cloud, tmp_path).identity()


def test_an_answer_that_does_not_come(cloud: FakeOpenStack, tmp_path: Path) -> None:
    release = threading.Event()
    cloud.faults["/compute"] = lambda: (release.wait(5), (200, {}))[1]
    session = open_session(cloud, tmp_path, api_timeout=0.2)
    try:
        started = time.monotonic()
        with pytest.raises(Unreachable, match=r"no answer to compute /servers/detail .*within .*0\.2 s"):
            session.get("compute", "/servers/detail")
        assert time.monotonic() - started < 2
    finally:
        release.set()
    assert len(cloud.asked("GET /compute")) == 1, "a timeout must not send the request again"


def test_there_is_a_timeout_although_nobody_configured_one(
    cloud: FakeOpenStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (problems.CONNECT_TIMEOUT, problems.READ_TIMEOUT) == (5.0, 15.0)
    monkeypatch.setattr("console.cloud.session.READ_TIMEOUT", 0.2)
    release = threading.Event()
    cloud.faults["/compute"] = lambda: (release.wait(5), (200, {}))[1]
    session = open_session(cloud, tmp_path)
    try:
        with pytest.raises(Unreachable, match="no answer"):
            session.get("compute", "/servers/detail")
    finally:
        release.set()


def test_no_load_balancer_in_the_catalog(cloud: FakeOpenStack, tmp_path: Path) -> None:
    cloud.catalog = ("compute", "image")
    session = open_session(cloud, tmp_path)
    with pytest.raises(NotInCatalog, match="no load-balancer service in region RegionOne") as caught:
        Reader(session).load_balancers()
    assert "compute, image" in caught.value.hint
    assert Reader(session).servers_tagged() == []


def test_no_quota_is_used_up_by_reading(cloud: FakeOpenStack, tmp_path: Path) -> None:
    cloud.faults["/compute"] = (403, {"forbidden": {"message": "Policy doesn't allow it"}})
    with pytest.raises(Forbidden) as caught:
        open_session(cloud, tmp_path).get("compute", "/servers/detail")
    assert caught.value.hint == "the user's roles do not allow it"


@pytest.mark.parametrize(
    ("status", "kind"),
    [(403, Forbidden), (404, NotFound), (409, Conflict), (500, ApiError), (429, ApiError), (503, ApiError)],
)
def test_each_status_has_its_error(cloud: FakeOpenStack, tmp_path: Path, status: int, kind: type[ApiError]) -> None:
    cloud.faults["/compute"] = (status, {"itemNotFound": {"code": status, "message": "as\x1b[31m Nova\nsays"}})
    with pytest.raises(kind, match=rf"cloud test: compute /servers/detail answered {status}: as") as caught:
        open_session(cloud, tmp_path).get("compute", "/servers/detail")
    assert type(caught.value) is kind
    assert caught.value.status == status
    assert "\x1b" not in str(caught.value)
    assert len(cloud.asked("GET /compute")) == 1


def test_an_html_page_in_place_of_json(cloud: FakeOpenStack, tmp_path: Path) -> None:
    cloud.faults["/compute"] = (200, "<html>Please log in to the hotel network</html>")
    with pytest.raises(ApiError, match="not JSON"):
        open_session(cloud, tmp_path).get("compute", "/servers/detail")


def test_an_error_page_is_read_without_its_markup(cloud: FakeOpenStack, tmp_path: Path) -> None:
    cloud.faults["/compute"] = (502, "<html><h1>502</h1><p>Bad <b>Gateway</b></p></html>")
    with pytest.raises(ApiError, match="answered 502: 502 Bad Gateway"):
        open_session(cloud, tmp_path).get("compute", "/servers/detail")


def test_a_token_that_the_cloud_forgot_is_replaced_without_a_word(cloud: FakeOpenStack, tmp_path: Path) -> None:
    session = open_session(cloud, tmp_path)
    session.get("compute", "/servers/detail", headers={"OpenStack-API-Version": "compute 2.73"})
    cloud.tokens.clear()
    session.get("compute", "/servers/detail", headers={"OpenStack-API-Version": "compute 2.73"})
    assert cloud.logins == 2


def test_a_token_about_to_end_is_replaced_before_the_call(cloud: FakeOpenStack, tmp_path: Path) -> None:
    cloud.token_seconds = 60
    session = open_session(cloud, tmp_path)
    session.login()
    cloud.token_seconds = 3600
    session.login()
    session.login()
    assert cloud.logins == 2


def test_credentials_revoked_in_the_middle(cloud: FakeOpenStack, tmp_path: Path) -> None:
    session = open_session(cloud, tmp_path)
    session.login()
    cloud.tokens.clear()
    cloud.password = "changed"
    with pytest.raises(AuthError):
        session.get("compute", "/servers/detail")


def test_threads_share_one_login(cloud: FakeOpenStack, tmp_path: Path) -> None:
    session = open_session(cloud, tmp_path)
    threads = [threading.Thread(target=session.get, args=("load-balancer", "/v2/lbaas/pools")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cloud.logins == 1
    assert len(cloud.asked("GET /load-balancer/v2/lbaas/pools")) == 8


@pytest.mark.parametrize("suffix", ["", "/", "/v2.0", "/v2", "/v2.0/"])
def test_endpoints_with_and_without_a_version(cloud: FakeOpenStack, tmp_path: Path, suffix: str) -> None:
    override = f"{cloud.url}/load-balancer{suffix}"
    session = open_session(cloud, tmp_path, load_balancer_endpoint_override=override)
    assert Reader(session).load_balancers() == []
    assert Reader(session).octavia_versions()


def test_a_session_has_no_way_to_write() -> None:
    assert not {"put", "post", "delete", "patch", "request"} & set(dir(Session))


def test_every_error_is_a_cloud_error_with_exit_code_4(cloud: FakeOpenStack, tmp_path: Path) -> None:
    cloud.faults["/compute"] = (418, None)
    with pytest.raises(CloudError) as caught:
        open_session(cloud, tmp_path).get("compute", "/servers/detail")
    assert caught.value.exit_code == 4


def test_a_keystone_that_refuses_everything_is_an_error_not_a_wait_for_ever(
    cloud: FakeOpenStack, tmp_path: Path
) -> None:
    cloud.clouds_yaml(tmp_path)
    cloud.faults["/identity"] = (401, {"error": {"code": 401, "message": "nobody gets in"}})
    found: list[Exception] = []

    def log_in() -> None:
        try:
            Session.open("test").login()
        except AuthError as error:
            found.append(error)

    thread = threading.Thread(target=log_in, daemon=True)
    thread.start()
    thread.join(10)
    assert [str(error).split(" at ")[0] for error in found] == [
        "cloud test: the credentials were refused for the login"
    ]


def test_a_clock_that_is_set_back_makes_no_request_wait(
    cloud: FakeOpenStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """keystoneauth's own rate limit would sleep until the wall clock has caught up."""
    session = open_session(cloud, tmp_path)
    Reader(session).load_balancers()
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() - 7200)
    monkeypatch.setattr(time, "sleep", lambda seconds: pytest.fail(f"it would sleep {seconds} s"))
    Reader(session).load_balancers()
