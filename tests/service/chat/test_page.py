"""The page to try the channel with is for this machine alone."""

import base64
import hashlib

import pytest

from engine.channels.web import Web
from tests.service.chatting import Visitor
from tests.service.conftest import World


def test_the_page_runs_its_own_script_and_nothing_else(world: World, site: Web) -> None:
    answer = world.http.get("/chat/site")
    assert answer.status_code == 200
    script = answer.text.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert answer.text.count("<script") == 1
    assert "innerHTML" not in script
    assert answer.text.endswith("</script></body></html>")


@pytest.mark.parametrize("where", ["another host", "reached by others", "no web channel", "none"])
def test_the_page_is_for_this_machine_alone(world: World, site: Web, where: str) -> None:
    headers = {"host": "shop.example"} if where == "another host" else {}
    world.service.loopback = where != "reached by others"
    path = {"no web channel": "/chat/desk", "none": "/chat/none"}.get(where, "/chat/site")
    assert world.http.get(path, headers=headers).status_code == 404


def test_a_page_of_the_service_itself_may_talk_on_this_machine_alone(world: World, mia: Visitor) -> None:
    own = str(world.http.base_url).rstrip("/")
    assert mia.says("hello", origin=own).status_code == 200
    assert mia.says("hello", "m-2", origin="https://evil.example", host="evil.example").status_code == 403
    world.service.loopback = False
    assert mia.says("hello", "m-3", origin=own).status_code == 403
