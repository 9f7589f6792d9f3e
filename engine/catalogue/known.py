"""Looking a model up. Only the standard library: `engine validate` asks here."""

import json
import re
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

__all__ = ["KEYS", "PROVIDERS", "Known", "image_tokens", "known", "names", "since", "source", "store_vendor", "vendor"]

KEYS: Final = {
    "anthropic": "ANTHROPIC_API_KEY",
    "openai": "OPENAI_API_KEY",
    "mistral": "MISTRAL_API_KEY",
    "google": "GEMINI_API_KEY",
}
"""Provider -> the variable that holds its key where engine.yaml names none. Only for the provider's own address."""

PROVIDERS: Final = frozenset({"local", *KEYS})

_VENDORS: Final = (
    "anthropic.com", "openai.com", "mistral.ai", "googleapis.com",
    "openai.azure.com", "openai.azure.us", "cognitiveservices.azure.com", "services.ai.azure.com",
    "models.ai.azure.com", "inference.ai.azure.com", "inference.ml.azure.com", "models.github.ai",
    "ml.cloud.ibm.com", "wxai.ibm.com", "api.nvidia.com", "api.cloudflare.com", "gateway.ai.cloudflare.com",
    "endpoints.ai.cloud.ovh.net", "endpoints.kepler.ai.cloud.ovh.net", "inference.de-txl.ionos.com", "scaleway.ai",
    "ai21.com", "anyscale.com", "bigmodel.cn", "cerebras.ai", "cohere.ai", "cohere.com", "deepinfra.com",
    "deepseek.com", "fireworks.ai", "groq.com", "huggingface.co", "hyperbolic.xyz", "jina.ai", "lepton.ai",
    "mixedbread.ai", "mixedbread.com", "moonshot.ai", "moonshot.cn", "novita.ai", "ollama.com", "openrouter.ai",
    "perplexity.ai", "replicate.com", "sambanova.ai", "siliconflow.cn", "siliconflow.com", "together.ai",
    "together.xyz", "voyageai.com", "x.ai", "z.ai",
)  # fmt: skip
"""Domains whose every host is a vendor's service of models. A machine that is rented in a cloud has other names, and
may count as one's own."""
_SERVICES: Final = re.compile(
    r"(?:^|\.)(?:bedrock-runtime(?:-fips)?\.(?:[a-z0-9-]+\.)*amazonaws\.com(?:\.cn)?"
    r"|dashscope(?:-[a-z0-9-]+)?\.(?:[a-z0-9-]+\.)*aliyuncs\.com)$"
)
"""Of clouds whose machines are in the same domain."""

_STORES: Final = (
    "aliyuncs.com", "backblazeb2.com", "cloudflarestorage.com", "core.windows.net", "digitaloceanspaces.com",
    "googleapis.com", "linodeobjects.com", "myqcloud.com", "otc.t-systems.com", "scw.cloud", "wasabisys.com",
    "your-objectstorage.com",
)  # fmt: skip
"""Domains whose every host is a vendor's store of objects."""
_AMAZON: Final = re.compile(r"(?:^|\.)s3(?:express)?[.-](?:[a-z0-9-]+\.)*amazonaws\.com(?:\.cn)?$")
"""Its machines are in that domain too."""

_SNAPSHOT = re.compile(r"-(?:latest|\d{8}|\d{4}-\d{2}-\d{2})$")
"""A model's name goes on with the day of the version that is meant."""


class Known(NamedTuple):
    """Of one model. Prices in USD for a million tokens."""

    input: Decimal
    cached: Decimal
    written: Decimal
    output: Decimal
    context: int
    """Tokens of input that it reads at this price."""
    vision: bool


def known(provider: str, model: str) -> Known | None:
    """What stands in the table: the name itself, else the name without the day of its version. None: nothing."""
    rows = _table()["models"].get(provider, {})
    row = rows.get(model) or rows.get(_SNAPSHOT.sub("", model))
    if row is None:
        return None
    prices = {name: Decimal(row[name]) for name in ("input", "cached", "written", "output")}
    return Known(**prices, context=row["context"], vision=row["vision"])


def names(provider: str) -> list[str]:
    """All models of a provider that stand in the table."""
    return list(_table()["models"].get(provider, ()))


def image_tokens(provider: str, model: str) -> int:
    """Tokens that a picture of at most 1,568 pixels a side counts at the most. One that is known to count more is told
    by its name wherever it stands in that of the model: `openai/gpt-4o-mini` of a gateway, `ft:gpt-4o-mini:...`."""
    image = _table()["image"]
    for name, tokens in image["models"].items():
        if name in model.lower():
            return int(tokens)
    return int(image["others" if known(provider, model) is None else "known"])


def vendor(url: str) -> str | None:
    """The host of an address, where that is a vendor's own service. None: it is not, as far as is known here."""
    host = _host(url)
    return host if _below(host, _VENDORS) or _SERVICES.search(host) else None


def store_vendor(url: str) -> str | None:
    """As `vendor`, of a store of objects."""
    host = _host(url)
    return host if _below(host, _STORES) or _AMAZON.search(host) else None


def _host(url: str) -> str:
    """Lower case, without the last dot; empty for what is no address."""
    try:
        return (urlsplit(url if "//" in url else f"//{url}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _below(host: str, domains: tuple[str, ...]) -> bool:
    return host.endswith(tuple(f".{domain}" for domain in domains)) or host in domains


def since() -> str:
    """The day on which the prices were taken down, as `YYYY-MM-DD`."""
    return str(_table()["since"])


def source() -> str:
    """Where they were taken from."""
    return str(_table()["source"])


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(Path(__file__).with_name("models.json").read_text("utf-8"))
    return table
