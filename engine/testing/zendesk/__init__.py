"""A stand-in of Zendesk: the Ticketing API on its real wire format, and the signed webhooks that its changes cause."""

from engine.testing.zendesk.delivery import Delivery
from engine.testing.zendesk.signature import sign
from engine.testing.zendesk.standin import ADMIN_TOKEN, AGENT, ZendeskStandIn

__all__ = ["ADMIN_TOKEN", "AGENT", "Delivery", "ZendeskStandIn", "sign"]
