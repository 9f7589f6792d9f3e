"""From engine.yaml to models: specs with keys out of the environment, chains, and one breaker a provider's address."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from engine.catalogue import KEYS, Known, known, since
from engine.errors import NotConfigured
from engine.models.base import Capabilities, Model, Price
from engine.models.breaker import Breaker
from engine.models.chain import Chain, Link
from engine.models.errors import BudgetReached, MissingKey, UnknownModel
from engine.models.hosted import HostedModel, Spec
from engine.models.registry import LOCAL, model
from engine.plan import Plan
from engine.project.models import Standing, longest_answer, secret_of, sees, standing, variables, works
from engine.project.settings import ModelSettings, Settings

__all__ = ["Hosting"]

_WITHIN = 45.0


class Hosting:
    """The models of one worker, each made once."""

    def __init__(self, settings: Settings, secrets: Mapping[str, str]) -> None:
        self._settings = settings
        self._secrets = secrets
        self._models: dict[str, Model] = {}
        self._chains: dict[str, Model] = {}
        self._breakers: dict[tuple[str, str], Breaker] = {}

    def choose(self, plan: Plan, job: str) -> Model:
        """The model that a plan names for a job. Raises UnknownModel, MissingKey and NotConfigured."""
        return self.get(str(plan.settings.get("models", {}).get(job, LOCAL)))

    def get(self, name: str) -> Model:
        """The model of a name of engine.yaml, with what stands in for it. Raises UnknownModel and MissingKey."""
        if name not in self._chains:
            self._chains[name] = self._chain(name)
        return self._chains[name]

    def _chain(self, name: str) -> Model:
        first, one = self._one(name), self._standing(name)
        fallback = [text.value for text in (one.declared.fallback if one.declared else None) or ()]
        if not isinstance(first, HostedModel):
            return first  # it runs in the worker, and does not fail
        within = one.declared.within if one.declared else None
        models = [first, *(self._one(other) for other in dict.fromkeys(fallback) if other != name)]
        return Chain(
            [Link(one, self._breaker(one)) for one in models], seconds=float(within.seconds) if within else _WITHIN
        )

    def load(self) -> None:
        """Loads the SDKs of all models made so far: it takes seconds, and is done before the first ticket."""
        for one in self._models.values():
            if isinstance(one, HostedModel):
                one.load()

    async def close(self) -> None:
        """Lets go of all connections."""
        for one in self._models.values():
            if isinstance(one, HostedModel):
                await one.close()

    def priced(self) -> None:
        """Raises BudgetReached if a budget is set and the price of a model made so far is not known."""
        budget = self._settings.budget
        if budget is None or (budget.ticket is None and budget.day is None):
            return
        for name, one in self._models.items():
            if one.capabilities.price is None and not one.capabilities.free:
                raise BudgetReached(
                    f"there is a budget, and the price of the model {name!r} is not known: write `price:` at it",
                    code="budget_unpriced",
                )

    def _one(self, name: str) -> Model:
        if name not in self._models:
            self._models[name] = model(self._spec(name, self._standing(name)))
        return self._models[name]

    def _standing(self, name: str) -> Standing:
        found = standing(self._settings, name)
        if found is None:
            raise UnknownModel(f"nothing stands behind the model {name!r}")
        return found

    def _spec(self, name: str, one: Standing) -> Spec:
        said = one.declared
        known_name = said.model.value if said and said.model else ""
        if one.provider != LOCAL and one.provider in KEYS and not known_name:
            raise UnknownModel(f"the model {name!r} needs the provider's name of it: `model: ...`")
        return Spec(
            name=name, provider=one.provider, model=known_name, api_key=self._key(name, one),
            base_url=said.base_url.value if said and said.base_url else "",
            capabilities=capabilities(one, known_name),
            most=longest_answer(one),
        )  # fmt: skip

    def _key(self, name: str, one: Standing) -> str:
        said = one.declared.api_key if one.declared else None
        if said is not None and one.provider in KEYS and secret_of(said) is None:
            raise NotConfigured(f"the `api_key` of the model {name!r} is no `{{{{ secret.NAME }}}}`")
        for variable in variables(one):
            if not self._secrets.get(variable):
                raise MissingKey(variable, name)
            return self._secrets[variable]
        return ""

    def _breaker(self, one: Model) -> Breaker:
        key = (one.spec.provider, one.spec.base_url) if isinstance(one, HostedModel) else (one.name, "")
        return self._breakers.setdefault(key, Breaker())


def capabilities(one: Standing, name: str) -> Capabilities:
    """What engine.yaml says of a model, else what the table knows of it. What nobody says is not there."""
    said = one.declared
    row = known(one.provider, name)
    price = _price(said) or (
        Price(
            input=row.input,
            cached=row.cached,
            output=row.output,
            written=row.written,
            since=date.fromisoformat(since()),
        )
        if row is not None and (said is None or said.base_url is None)
        else None
    )
    return Capabilities(
        vision=sees(one),
        tools=works(one),
        schema=True,
        context=_context(one, row),
        location="on_premises" if one.stays else "cloud",
        price=price,
        free=one.stays and price is None,
    )


def _context(one: Standing, row: Known | None) -> int:
    """Tokens of a prompt. What engine.yaml says is a server's own window, in which the answer has to find room too; the
    table has prompts alone."""
    said = one.declared
    if said is not None and said.context is not None:
        return max(said.context - longest_answer(one), 1)  # 0 would be no limit
    return row.context if row is not None else 0


def _price(said: ModelSettings | None) -> Price | None:
    price = said.price if said else None
    if price is None or price.input is None or price.output is None:
        return None
    since_ = date.fromisoformat(price.since.value) if price.since else date.fromisoformat(since())
    cached = price.input if price.cached is None else price.cached
    return Price(input=Decimal(price.input), cached=cached, output=price.output, written=price.input, since=since_)
