"""What a channel needs is told in two places, since the checker loads no adapter."""

from engine.channels.registry import SETTINGS
from engine.rules.wrong_channel import OPTIONS


def test_a_channel_needs_what_its_adapter_needs() -> None:
    assert SETTINGS == OPTIONS
