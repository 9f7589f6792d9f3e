"""engine.yaml: what holds for every flow of a project."""

import re
from decimal import Decimal
from typing import Any

from engine.project.channel import Channel
from engine.project.containers import Either, ListOf, MapOf
from engine.project.durations import Span, duration, unlike_duration
from engine.project.floors import Floors, WriteFloor
from engine.project.flow import GUARDRAILS, Data, Rollout, When
from engine.project.grant import Silence
from engine.project.hours import DAY, ZONE, Calendar, Substitute
from engine.project.knowledge import MODEL_OTHERWISE, PROVIDERS_OTHERWISE, EmbedderSettings, KnowledgeSettings
from engine.project.network import NetworkSettings, ServerSettings
from engine.project.notify import Notify
from engine.project.scalars import (
    CURRENCY,
    DURATION,
    LANGUAGE,
    PLAIN,
    SCALAR,
    SECRET,
    SLUG,
    STRING,
    Amount,
    Choice,
    Expr,
    Number,
    Ref,
    Right,
    Word,
    amount,
    text_of,
)
from engine.project.shape import Declaration, Outline, Reader, Schema, Section, Shape, key, misspelt, quoted
from engine.syntax import Mapping, Node, Text

__all__ = [
    "Budget", "Calendar", "Channel", "Defaults", "EmbedderSettings", "Floors", "HandoffSettings", "KnowledgeSettings",
    "ModelPrice", "ModelSettings", "Settings", "Substitute", "Team", "WriteFloor",
]  # fmt: skip

_MINUTES = "(?:[1-9]|[1-9][0-9]|1[0-9]{2}|2[0-3][0-9]|240)s|[1-4]m"


def _soon(text: Text) -> Span | None:
    return duration(text) if re.fullmatch(_MINUTES, text.value.strip()) else None


def _not_soon(words: str) -> tuple[str, str]:
    """A number alone is one of seconds, as most settings of that kind are."""
    if re.fullmatch("[1-9][0-9]?|1[0-9]{2}|2[0-3][0-9]|240", words.strip()):
        return "it has no unit", f"write `{words.strip()}s`"
    why, tip = unlike_duration(words)
    short = re.fullmatch(rf"write `(?:{_MINUTES})`", tip)
    if short or why.startswith("it has"):
        return why, tip
    return "", "write at most `4m`"


def _not_dollars(words: str) -> tuple[str, str]:
    """`1`, `$1`, `1 dollar`, `USD 1.50`."""
    match = re.fullmatch(rf"(?:US)?\$?\s*(?:USD\s*)?({PLAIN})\s*(?:\$|USD|dollars?)?", words.strip(), re.IGNORECASE)
    return "", f"write `{match[1]} USD`" if match else ""


class Team(Declaration):
    """People who decide and take over."""

    WHAT = "a team"
    title: Text | None = key("title", STRING, doc="What people call it.", example="Billing")
    people: list[Text] | None = key(
        "people", ListOf(STRING), doc="Who belongs to it, by sign-in.", example="[lena@shop.example]", required=True
    )
    group: Text | None = key("group", STRING, doc="Its group on the ticketing platform.", example="Billing")
    calendar: Calendar | None = key(
        "calendar", Section(Calendar), doc="Its own hours, in which its business days are counted.",
        example='{hours: {mon-fri: "08:00-16:00"}, timezone: Europe/Lisbon}',
    )  # fmt: skip
    substitutes: list[Substitute] | None = key(
        "substitutes", ListOf(Section(Substitute)), doc="Who stands in for whom, and when.",
        example="[{for: lena@shop.example, by: mira@shop.example, from: 2026-12-21, until: 2027-01-03}]",
    )  # fmt: skip

    def finish(self, reader: Reader) -> None:
        """Somebody is in for a person of the team."""
        if self.people is None or "people" in self.broken:
            return
        known = {person.value for person in self.people}
        for one in self.substitutes or ():
            if one.person is not None and one.person.value not in known:
                message = f"`{one.person.value}` is not in this team: expected {quoted(sorted(known))}"
                reader.error("wrong-word", one.person.place, message, misspelt(one.person, sorted(known)).tip)


_PRICE = Number("0", "100000")
_SOON = Word("a duration such as `30s`, at most `4m`", _soon, text_of(_MINUTES), _not_soon)
"""Shorter than what an activity may take."""
_PROVIDER = Choice(
    PROVIDERS_OTHERWISE,
    local="Comes with the engine: no key, no network, no tools.",
    anthropic="Claude.",
    openai="OpenAI, and servers that speak as it does.",
    mistral="Mistral, in its cloud or in the house.",
    google="Gemini.",
)


_WHETHER = Word(
    "`yes` or `no`", lambda text: text if text.value in ("yes", "no", "true", "false") else None,
    {"enum": [True, False, "yes", "no", "true", "false"],
     "markdownEnumDescriptions": ["It does.", "It does not."] * 3},
)  # fmt: skip


_DOLLARS = Word("an amount in dollars, such as `1 USD`", amount, text_of(rf"{PLAIN}\s+[A-Z]{{3}}"), _not_dollars)


class ModelPrice(Declaration):
    """What a model costs, in USD for a million tokens."""

    WHAT = "a price"
    input: Decimal | None = key("input", _PRICE, doc="Of the prompt.", example="2.50", required=True)
    output: Decimal | None = key("output", _PRICE, doc="Of the answer.", example="10", required=True)
    cached: Decimal | None = key(
        "cached", _PRICE, doc="Of what the provider has cached; without it, as the prompt.", example="1.25"
    )
    since: Text | None = key("since", DAY, doc="The day that it was looked up.", example="2026-11-27")


class ModelSettings(Declaration):
    """A model with its options."""

    WHAT = "a model"
    OTHERWISE = MODEL_OTHERWISE
    use: Text | None = key("use", _PROVIDER, doc="The provider.", example="anthropic", required=True)
    model: Text | None = key("model", STRING, doc="The provider's name of the model.", example="mistral-large")
    base_url: Text | None = key("base_url", STRING, doc="Where it is.", example="http://127.0.0.1:8080")
    api_key: Expr | None = key(
        "api_key", SECRET, doc="The variable that holds its key.", example="'{{ secret.MODEL_KEY }}'"
    )
    vision: Text | None = key(
        "vision", _WHETHER, doc="Whether it sees pictures; unless told, as the engine knows of it, else `no`.",
        example="yes",
    )  # fmt: skip
    location: Text | None = key(
        "location", Right(on_premises="On machines of your own.", cloud="Somewhere else."),
        doc="Where it runs; what is not `local` counts as `cloud`, and what has no `base_url` is the provider's own.",
        example="on_premises",
    )  # fmt: skip
    fallback: list[Text] | None = key(
        "fallback", ListOf(Ref("model")), example="[fast, local]",
        doc="Models that stand in for it, in this order, where it does not answer.",
    )  # fmt: skip
    within: Span | None = key(
        "within", _SOON, doc="Time for one answer, other attempts and `fallback` included; 45s unless said.",
        example="30s",
    )  # fmt: skip
    max_output: int | None = key(
        "max_output", Number("16", "64000", whole=True), doc="Tokens of an answer; 2000 unless said.", example="1000"
    )
    context: int | None = key(
        "context", Number("1000", "10000000", whole=True), example="128000",
        doc="Tokens that it takes at once: the prompt, and `max_output` of its answer.",
    )  # fmt: skip
    tools: Text | None = key("tools", _WHETHER, doc="Whether it works with tools; `yes` unless told.", example="no")
    price: ModelPrice | None = key(
        "price", Section(ModelPrice), doc="What it costs, in place of the engine's own table.",
        example="{input: 2.50, output: 10}",
    )  # fmt: skip


class Budget(Declaration):
    """What models may cost; then people go on."""

    WHAT = "a budget"
    ticket: Amount | None = key("ticket", _DOLLARS, doc="For one ticket, over all its flows.", example="1 USD")
    day: Amount | None = key(
        "day", _DOLLARS, doc="For all tickets of a day, which begins at 0:00 UTC.", example="50 USD"
    )

    def finish(self, reader: Reader) -> None:
        """Providers' prices are in dollars."""
        for said in (self.ticket, self.day):
            if said is not None and said.currency != "USD":
                message = f"what models cost is counted in USD, not in {said.currency}"
                reader.error("wrong-shape", said.text.place, message, tip=f"write `{said.value} USD`")


class HandoffSettings(Declaration):
    """Who takes over where a flow does not say it."""

    WHAT = "handoff"
    to: Text | None = key("to", Ref("team"), doc="The team.", example="support", required=True)
    within: Span | None = key(
        "within", DURATION, doc="How soon a person must have the ticket.", example="15m", required=True
    )


class _Escalation(Declaration):
    WHAT = "`escalate` of the defaults"
    when: When | None = key(
        "when", Section(When), doc="Thresholds, each where a flow has none of its own.", required=True,
        example='{confidence: "< 0.6"}',
    )  # fmt: skip


class Defaults(Declaration):
    """What holds where a flow says nothing. A flow may be tighter, never looser; guardrails and topics add up."""

    WHAT = "defaults"
    escalate: _Escalation | None = key(
        "escalate", Section(_Escalation), doc="When people take over.", example='{when: {confidence: "< 0.6"}}'
    )
    guardrails: list[Node] | None = key(
        "guardrails", GUARDRAILS, doc="What every text of every flow is held against.", example="[customer-facing]"
    )
    rollout: Rollout | None = key(
        "rollout", Section(Rollout), doc="How far any flow is let.", example="{mode: suggest, share: 50%}"
    )
    data: Data | None = key(
        "data", Section(Data), doc="Where contents may go.", example="{location: on_premises, mask: [card]}"
    )


class _Check(Shape):
    says = "the name of a check, or one check with its options"

    def read(self, node: Node, reader: Reader) -> Any:
        """The node."""
        if isinstance(node, Text) and node.value.strip():
            return node
        return node if isinstance(node, Mapping) and len(node.entries) == 1 else self.wrong(node, reader)

    def schema(self, outline: Outline) -> Schema:
        """A name, or an object of one."""
        return {"anyOf": [{**SCALAR, "pattern": r"\S"}, {"type": "object", "minProperties": 1, "maxProperties": 1}]}


class Settings(Declaration):
    """engine.yaml."""

    WHAT = "engine.yaml"
    path: str = "engine.yaml"

    project: Text | None = key("project", SLUG, doc="The project's name.", example="northwind-living", required=True)
    languages: list[Text] | None = key(
        "languages", ListOf(LANGUAGE, least=1), example="[en, de]", required=True,
        doc="What every fixed reply speaks; the first is for customers whose own nobody knows.",
    )  # fmt: skip
    currency: Text | None = key("currency", CURRENCY, doc="Of amounts without one.", example="EUR", required=True)
    timezone: Text | None = key("timezone", ZONE, doc="Where the people work.", example="Europe/Berlin", required=True)
    teams: dict[str, tuple[Text, Team | None]] | None = key(
        "teams", MapOf(Section(Team), names=SLUG, what="a team", least=1), doc="Who decides and takes over.",
        example="{support: {people: [ana@shop.example]}}", required=True,
    )  # fmt: skip
    calendar: Calendar | None = key(
        "calendar", Section(Calendar), doc="When people work.", example='{hours: {mon-fri: "09:00-18:00"}}',
        required=True,
    )  # fmt: skip
    channels: dict[str, tuple[Text, Channel | None]] | None = key(
        "channels", MapOf(Section(Channel), names=SLUG), doc="Where tickets come from.",
        example="{zendesk: {kind: zendesk}}",
    )  # fmt: skip
    notify: Notify | None = key(
        "notify", Section(Notify), doc="How teams are told of what waits for them.",
        example="{mail: {host: smtp.shop.example, from: engine@shop.example}, address: https://engine.shop.example}",
    )  # fmt: skip
    models: dict[str, tuple[Text, Any]] | None = key(
        "models", MapOf(Either("the name of a provider, or a model with its options", text=STRING,
                               entries=Section(ModelSettings)), names=SLUG),
        doc="Which model does which job, and aliases for flows.", example="{answer: local}",
    )  # fmt: skip
    budget: Budget | None = key(
        "budget", Section(Budget), doc="What models may cost; then people go on.",
        example="{ticket: 1 USD, day: 50 USD}",
    )  # fmt: skip
    ocr: Text | None = key(
        "ocr", Choice(tesseract="Tesseract. No worker starts without it."),
        doc="What reads the text in pictures for models that do not see; without it, Tesseract where it is installed.",
        example="tesseract",
    )  # fmt: skip
    knowledge: KnowledgeSettings | None = key(
        "knowledge", Section(KnowledgeSettings), doc="Where the articles are.", example="{from: knowledge}"
    )
    guardrails: dict[str, tuple[Text, list[Node] | None]] | None = key(
        "guardrails", MapOf(ListOf(_Check(), least=1), names=SLUG), doc="Sets of checks.",
        example="{customer-facing: [no_secrets]}",
    )  # fmt: skip
    silence: Silence | None = key(
        "silence", Section(Silence), doc="Where a flow says none; none of a flow may wait longer.",
        example="{within: 5d, otherwise: close}",
    )  # fmt: skip
    defaults: Defaults | None = key(
        "defaults", Section(Defaults), doc="What holds where a flow says nothing, and how loose it may be.",
        example='{escalate: {when: {confidence: "< 0.6"}}, guardrails: [customer-facing]}',
    )  # fmt: skip
    tests: Text | None = key(
        "tests",
        Choice(required="A flow without tests is warned of."),
        doc="Whether every flow needs `flows/NAME.test.yaml`.",
        example="required",
    )
    handoff: HandoffSettings | None = key(
        "handoff", Section(HandoffSettings), doc="Who takes over where a flow does not say it.",
        example="{to: support, within: 15m}", required=True,
    )  # fmt: skip
    floors: Floors | None = key(
        "floors", Section(Floors), doc="What no flow can be looser than.", example="{approval_above: 500 EUR}"
    )
    network: NetworkSettings | None = key(
        "network", Section(NetworkSettings), doc="Where calls of tools may go.", example="{allow: [api.shop.example]}"
    )
    mcp: dict[str, tuple[Text, ServerSettings | None]] | None = key(
        "mcp", MapOf(Section(ServerSettings), names=SLUG, what="a server"), doc="MCP servers, for tools with `mcp:`.",
        example="{crm: {command: [python, -m, crm_server]}}",
    )  # fmt: skip
