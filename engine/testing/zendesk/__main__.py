"""`python -m engine.testing.zendesk --db FILE`: the stand-in as a process of its own."""

import argparse
import os
from pathlib import Path

from engine.testing.serving import serve
from engine.testing.zendesk import ADMIN_TOKEN, AGENT, ZendeskStandIn


def main() -> None:
    """Serve the stand-in until it is stopped; its state stays in the file."""
    parser = argparse.ArgumentParser(prog="python -m engine.testing.zendesk", description=main.__doc__)
    parser.add_argument("--db", type=Path, required=True, help="the SQLite file")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one; the address is printed")
    parser.add_argument("--token", default=os.environ.get("ZENDESK_TOKEN"), help="default: $ZENDESK_TOKEN")
    parser.add_argument("--secret", default=os.environ.get("ZENDESK_WEBHOOK_SECRET"), help="signs the webhooks")
    parser.add_argument("--agent", default=AGENT, help="whose e-mail the integration signs in with")
    parser.add_argument("--admin-token", default=os.environ.get("ZENDESK_ADMIN_TOKEN", ADMIN_TOKEN))
    parser.add_argument("--post-to", help="an address that every webhook is posted to")
    given = parser.parse_args()
    if not given.token or not given.secret:
        parser.error("needed: --token and --secret, or ZENDESK_TOKEN and ZENDESK_WEBHOOK_SECRET in the environment")
    given.db.parent.mkdir(parents=True, exist_ok=True)
    standin = ZendeskStandIn(
        token=given.token, secret=given.secret, db=given.db, agent=given.agent, admin_token=given.admin_token
    )
    standin.post_to(given.post_to, after=0)
    try:
        serve(standin.app, port=given.port, name="zendesk", bound=standin.served_at)
    finally:
        standin.stop()


if __name__ == "__main__":
    main()
