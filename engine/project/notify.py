"""`notify` of engine.yaml: how people of teams are told of what waits for them."""

from engine.project.containers import MapOf
from engine.project.scalars import SLUG, TEMPLATE, Choice, Expr, Number, Right
from engine.project.shape import Declaration, Reader, Section, key
from engine.syntax import Text

__all__ = ["Mail", "Notify"]


class Mail(Declaration):
    """The server that takes the engine's mails to people of teams."""

    WHAT = "mail"
    host: Expr | None = key("host", TEMPLATE, doc="The SMTP server.", example="smtp.shop.example", required=True)
    port: int | None = key("port", Number("1", "65535", whole=True), doc="Its port; 587 without.", example="587")
    sender: Expr | None = key("from", TEMPLATE, doc="From whom.", example="engine@shop.example", required=True)
    user: Expr | None = key("user", TEMPLATE, doc="The sign-in, if it wants one.", example="'{{ secret.SMTP_USER }}'")
    password: Expr | None = key("password", TEMPLATE, doc="Its password.", example="'{{ secret.SMTP_PASSWORD }}'")
    security: Text | None = key(
        "security",
        Choice(starttls="TLS from the first command on.", tls="TLS from the first byte on.",
               none="In the clear: for a server of this machine alone."),
        doc="How the way there is kept; `starttls` without.", example="tls",
    )  # fmt: skip


class Notify(Declaration):
    """How people of teams are told of what waits for them, beside the note on the ticketing platform."""

    WHAT = "notify"
    mail: Mail | None = key(
        "mail", Section(Mail), doc="A mail to each person of the team whose sign-in is an address.",
        example="{host: smtp.shop.example, from: engine@shop.example}",
    )  # fmt: skip
    chat: dict[str, tuple[Text, Expr | None]] | None = key(
        "chat", MapOf(TEMPLATE, names=SLUG), doc="A Slack-compatible incoming webhook by team.",
        example="{billing-leads: '{{ secret.SLACK_BILLING }}'}",
    )  # fmt: skip
    address: Expr | None = key(
        "address", TEMPLATE, doc="Where people reach the service; without it, messages hold no links.",
        example="https://engine.shop.example",
    )  # fmt: skip
    links: Text | None = key(
        "links",
        Right(decide="A mail's link signs its receiver in, for that one approval and version.",
               show="Every link asks for the person's own token."),
        doc="What a mail's link may do; `show` without.", example="decide",
    )  # fmt: skip

    def finish(self, reader: Reader) -> None:
        """Each team exists."""
        for name, _ in (self.chat or {}).values():
            reader.refer("team", name)
