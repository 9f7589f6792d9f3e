"""What a reply may state, by where it comes from."""

from types import SimpleNamespace
from typing import Any, cast

from engine.runtime.activities.known import known
from engine.runtime.activities.scope import Scope


def test_an_amount_that_the_flow_writes_out_is_its_own_word() -> None:
    data: dict[str, Any] = {"texts": {"": ["text", ["lit", "You get "], ["filter", "money", ["money", "10", "EUR"]]]}}
    made = SimpleNamespace(
        node=SimpleNamespace(data=data), names={"customer": {"verified": False}}, plan=SimpleNamespace(nodes={})
    )
    assert known(cast("Scope", made))["flow"] == ["You get ", "10 EUR"]
