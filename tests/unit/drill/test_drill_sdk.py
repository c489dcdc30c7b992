"""openstacksdk takes the drill for a cloud."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.filterwarnings("ignore")  # the SDK announces its own removals


@pytest.mark.parametrize(("name", "roles"), [("drill", 3), ("drill-viewer", 1), ("drill-credential", 3)])
def test_every_cloud_of_the_file_works(still: Any, monkeypatch: pytest.MonkeyPatch, name: str, roles: int) -> None:
    import openstack

    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(still.drill.clouds_file))
    connection = openstack.connect(cloud=name)
    try:
        plugin: Any = connection.session.auth
        access = plugin.get_access(connection.session)
        assert len(access.role_names) == roles
        blue = sorted(server.name for server in connection.compute.servers(tags="color=blue"))
        assert blue == ["nova-api-blue-1", "nova-api-blue-2"]
        pool = connection.load_balancer.find_pool("nova-api", ignore_missing=False)
        assert len(list(connection.load_balancer.members(pool))) == 4
        network = connection.network.find_network("bluegreen-lease", ignore_missing=False)
        assert network.subnet_ids == []
        image = next(iter(connection.image.images()))
        assert image.properties["git_commit"]
    finally:
        connection.close()
