"""`python -m engine.testing.shop --db FILE`: the sample shop as a process of its own."""

import argparse
import os
from datetime import datetime
from pathlib import Path

from engine.testing.serving import serve
from engine.testing.shop import ADMIN_TOKEN, create_app, seed


def main() -> None:
    """Fill the shop if it is empty, and serve it until it is stopped."""
    parser = argparse.ArgumentParser(prog="python -m engine.testing.shop", description=main.__doc__)
    parser.add_argument("--db", type=Path, required=True, help="the SQLite file")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one; the address is printed")
    parser.add_argument("--token", default=os.environ.get("SHOP_TOKEN"), help="default: $SHOP_TOKEN")
    parser.add_argument("--admin-token", default=os.environ.get("SHOP_ADMIN_TOKEN", ADMIN_TOKEN))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--now", type=datetime.fromisoformat, help="the moment that dates are relative to")
    given = parser.parse_args()
    if not given.token:
        parser.error("a token is needed: --token, or SHOP_TOKEN in the environment")
    seed(given.db, given.seed, now=given.now)
    serve(create_app(given.db, given.token, admin_token=given.admin_token), port=given.port, name="shop")


if __name__ == "__main__":
    main()
