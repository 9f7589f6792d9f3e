"""The project of the moment: loaded, checked, activated. A process keeps the last good one."""

import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from engine.channels.base import Channel
from engine.channels.internal import INTERNAL, Internal
from engine.channels.registry import channel
from engine.check import Checked, check
from engine.compile.policies import policy_digest
from engine.compile.tools import notify_expressions
from engine.diagnostics.render import renderer
from engine.errors import NotConfigured, ProjectInvalid
from engine.expressions.evaluate import render
from engine.guardrails.base import Guard
from engine.guardrails.registry import guard
from engine.notices.chat import Chat
from engine.notices.mail import Mailer, Security
from engine.plan import Plan, digest, revision
from engine.project.containers import plain
from engine.project.contract import json_of
from engine.project.models import keys, secrets_in
from engine.project.premises import Premises, premises
from engine.project.scalars import Expr
from engine.project.settings import Settings
from engine.prompts.render import PromptSet
from engine.runtime import builtin
from engine.runtime.around import surroundings
from engine.runtime.transcripts import StoredTranscript
from engine.store import Store
from engine.tools.base import Tool, ToolDefinition
from engine.tools.breaker import Breakers
from engine.tools.registry import tool

__all__ = ["LoadedProject"]

log = logging.getLogger("engine.project")
_ADDRESS = re.compile(r"https?://[^/@?#]+/?|[^@\s/]+@[^@\s/]+")
"""An origin or an e-mail address: it says where, and lets nobody in."""


_MAILBOX = re.compile(r"[^@\s<>\",;:]+@[^@\s<>\",;:]+")
"""A sign-in that mail can be sent to."""


class LoadedProject:
    """What activities and the service ask of a project. `reload` replaces it only by a sound one."""

    def __init__(self, root: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.root = root
        self._now = now
        self.documents: Mapping[str, str] = {}
        self._beside: tuple[str, ...] = ()
        self._breakers = Breakers()
        self._seen = _stamp(root)
        self._take(_sound(root))
        self._seen = _stamp(root, self._beside)

    def _take(self, checked: Checked) -> None:
        settings = checked.project.settings
        assert settings is not None, "a project without engine.yaml has errors"
        self.documents, policies = _documents(checked)
        self._beside = (*policies, *sorted(checked.project.looked))
        self.plans: Mapping[str, Plan] = checked.plans
        around = surroundings(self.root, settings, self._breakers)
        self.tools: Mapping[str, Tool] = {
            name: tool(ToolDefinition(known.contract, known.kind, known.binding), around)
            for name, known in checked.project.tools.items()
        }
        self.settings = settings
        self.premises: Premises = premises(settings, checked.project.tools)
        self._sets = {
            name: [plain(node) for node in nodes or ()] for name, (_, nodes) in (settings.guardrails or {}).items()
        }
        self._guards: dict[str, Guard] = {}
        told = [json_of(expr) for expr in notify_expressions(settings.notify)]
        bindings = [known.binding for known in checked.project.tools.values()]
        self._secret = frozenset({
            *secrets_in([bindings, around.servers, _channel_options(settings), told]),
            *(key.variable for key in keys(settings)),
        })  # fmt: skip
        self.prompts = PromptSet(checked.project.prompt_texts)

    def reload(self) -> bool:
        """Looks whether files changed, and takes the project if it is sound; else the last good one stays."""
        stamp = _stamp(self.root, self._beside)
        if stamp == self._seen:
            return False
        self._seen, beside = stamp, self._beside
        try:
            self._take(_sound(self.root))
            if self._beside != beside:
                self._seen = _stamp(self.root, self._beside)
        except ProjectInvalid as error:
            log.error("the project has errors, the last good one stays:\n%s", "\n".join(error.diagnostics))
            return False
        return True

    def activate(self, store: Store) -> list[str]:
        """Adds the revisions to the store and makes them those of new tickets. Gives what is new."""
        changed = []
        store.revisions.keep_prompts(self.prompts.version, self.prompts.texts)
        store.meta.documents(self.documents)
        for flow, plan in self.plans.items():
            name = revision(flow, plan.body())
            store.revisions.add(name, flow, digest(plan.body()), plan.to_json())
            now = store.revisions.activation(flow)
            if now is not None and now.revision == name:
                continue
            if store.revisions.activate(flow, name, now.version if now else 0):
                changed.append(name)
        return changed

    def people(self, team: str) -> tuple[str, ...]:
        """Who belongs to a team today, and who stands in for somebody of it, by the project's time zone."""
        entry = (self.settings.teams or {}).get(team)
        if entry is None or entry[1] is None:
            return ()
        zone = self.settings.timezone.value if self.settings.timezone else "UTC"
        today = self._now().astimezone(ZoneInfo(zone)).date().isoformat()
        instead = (one.by for one in entry[1].substitutes or () if one.by is not None and one.stands_in(today))
        return tuple(dict.fromkeys(text.value for text in (*(entry[1].people or ()), *instead)))

    def notified(self, team: str) -> list[tuple[Literal["mail", "chat"], str]]:
        """Who is told of what waits for a team, beside the platform: people by mail, the team's chat by its name."""
        notify = self.settings.notify
        found: list[tuple[Literal["mail", "chat"], str]] = []
        if notify is not None and notify.mail is not None:
            found += [("mail", person) for person in self.people(team) if _MAILBOX.fullmatch(person)]
        if notify is not None and team in (notify.chat or {}):
            found.append(("chat", team))
        return found

    def teams_of(self, person: str) -> frozenset[str]:
        """The teams that a person belongs to today."""
        return frozenset(team for team in self.settings.teams or {} if person in self.people(team))

    def group(self, team: str) -> str | None:
        """The ticketing platform's group of a team."""
        entry = (self.settings.teams or {}).get(team)
        return entry[1].group.value if entry and entry[1] and entry[1].group else None

    @property
    def sla(self) -> float:
        """Seconds within which a person must have a ticket that was handed off."""
        within = self.settings.handoff.within if self.settings.handoff else None
        return float(within.rough) if within else 900.0

    @property
    def handoff_team(self) -> str:
        """Who takes over where a flow names nobody."""
        return str(self.settings.handoff.to.value) if self.settings.handoff and self.settings.handoff.to else ""

    @property
    def knowledge(self) -> Path:
        """The folder of the articles."""
        origin = self.settings.knowledge.origin if self.settings.knowledge else None
        return self.root / (origin.value if origin else "knowledge")

    @property
    def budget(self) -> tuple[Decimal | None, Decimal | None]:
        """What models may cost for a ticket, and for a day, in USD."""
        said = self.settings.budget
        ticket, day = (said.ticket, said.day) if said else (None, None)
        return (ticket.value if ticket else None, day.value if day else None)

    def guard(self, plan: Plan) -> Guard:
        """The output checks that a plan names. One that does not exist any more closes: the activity fails."""
        names = plan.settings.get("guardrails", [])
        key = digest(names)
        if key not in self._guards:
            self._guards[key] = guard(names, self._sets)
        return self._guards[key]

    def secrets(self, given: Mapping[str, str]) -> dict[str, str]:
        """Those of the given values that tools, channels and models of this project use as `secret.NAME`, and
        that are more than the address of a system."""
        used = {name: given[name] for name in sorted(self._secret & given.keys())}
        return {name: value for name, value in used.items() if not _ADDRESS.fullmatch(value)}

    def notices(self, secrets: Mapping[str, str]) -> dict[str, Any]:
        """How people are told, as `Notices` takes it: mail, chats, address, links. Raises NotConfigured."""
        notify = self.settings.notify
        if notify is None:
            return {}
        trees = [json_of(expr) for expr in notify_expressions(notify)]
        if lacking := [word for word in dict.fromkeys(secrets_in(trees)) if not secrets.get(word)]:
            raise NotConfigured(f"`notify` needs {', '.join(lacking)} in the environment")

        def text(expr: Expr | None) -> str:
            return "" if expr is None else render(json_of(expr), {"secret": dict(secrets)})

        mail, security = notify.mail, notify.mail.security.value if notify.mail and notify.mail.security else "starttls"
        made = None
        if mail is not None:
            made = Mailer(
                text(mail.host), mail.port or 587, text(mail.sender), user=text(mail.user),
                password=text(mail.password), security=cast("Security", security),
            )  # fmt: skip
        chats = {team: Chat(text(url)) for team, (_, url) in (notify.chat or {}).items()}
        decides = notify.links is not None and notify.links.value == "decide"
        return {"mail": made, "chats": chats, "address": text(notify.address), "links": decides}

    def channels(self, secrets: Mapping[str, str], store: Store) -> dict[str, Channel]:
        """The adapters of engine.yaml, and that of tickets without a platform. Web channels keep their conversations in
        the store. Raises NotConfigured for a secret that the environment lacks."""
        made: dict[str, Channel] = {INTERNAL: Internal()}
        for name, (_, spec) in (self.settings.channels or {}).items():
            if spec is not None and spec.kind is not None:
                trees = {key: json_of(expr) for key, expr in spec.options.items()}
                needed = dict.fromkeys(secrets_in(trees))
                if lacking := [word for word in needed if not secrets.get(word)]:
                    raise NotConfigured(f"the channel `{name}` needs {', '.join(lacking)} in the environment")
                values = {"secret": dict(secrets)}
                options = {key: render(tree, values) for key, tree in trees.items()}
                made[name] = channel(
                    name, {"kind": spec.kind.value, **options}, transcript=StoredTranscript(store),
                    origins=[origin.value for origin in spec.origins or ()],
                )  # fmt: skip
        return made


def _channel_options(settings: Settings) -> list[Any]:
    specs = [spec for _, spec in (settings.channels or {}).values() if spec is not None]
    return [json_of(expr) for spec in specs for expr in spec.options.values()]


def _sound(root: Path) -> Checked:
    checked = check([root], root=root)
    handoff = checked.project.settings.handoff if checked.project.settings else None
    if checked.ok and handoff and handoff.to and (lacking := builtin.texts(handoff.to.value, checked.plans)):
        checked = check([root], root=root, texts=lacking)
    if not checked.ok:
        lines = renderer("text")(checked.diagnostics, checked.project.sources, False).split("\n")
        raise ProjectInvalid(f"the project in {root.name} does not validate", tuple(lines))
    return checked


def _documents(checked: Checked) -> tuple[dict[str, str], tuple[str, ...]]:
    """The policies that plans name, by digest, and their paths. Raises ProjectInvalid where one has just changed."""
    named = [node.data["policy"] for plan in checked.plans.values() for node in plan.nodes.values()
             if "policy" in node.data]  # fmt: skip
    found = {}
    for policy in named:
        content = checked.project.document(policy["path"])
        if content is None or policy_digest(content) != policy["digest"]:
            raise ProjectInvalid(f"{policy['path']} changed while it was read", ())
        found[policy["digest"]] = content.decode()
    return found, tuple(sorted({policy["path"] for policy in named}))


def _stamp(root: Path, more: tuple[str, ...] = ()) -> tuple[tuple[str, int, int], ...]:
    files = [
        root / "engine.yaml",
        *root.glob("flows/*.yaml"),
        *root.glob("tools/*.yaml"),
        *root.glob("prompts/*.j2"),
        *(root / name for name in more),
    ]
    found = []
    for path in sorted(files):
        try:
            stat = path.stat()
        except FileNotFoundError:
            continue
        found.append((str(path), stat.st_mtime_ns, stat.st_size))
    return tuple(found)
