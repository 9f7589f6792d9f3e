"""The sample shop: customers, orders and an honest ledger of payments and refunds, behind a small HTTP API."""

from engine.testing.shop.app import ADMIN_TOKEN, create_app
from engine.testing.shop.seed import DELIVERED_ORDER, LATE_ORDER, SHIPPED_ORDER, SMALL_ORDER, seed
from engine.testing.shop.server import Shop

__all__ = [
    "ADMIN_TOKEN",
    "DELIVERED_ORDER",
    "LATE_ORDER",
    "SHIPPED_ORDER",
    "SMALL_ORDER",
    "Shop",
    "create_app",
    "seed",
]
