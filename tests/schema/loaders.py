"""What editors make of a file: YAML 1.1 types scalars, and some readers leave them as they are."""

from typing import Any

import yaml

__all__ = ["LOADERS", "read"]


class Strings(yaml.CBaseLoader):
    """Every scalar is a text; a plain `null` or nothing is null."""


class Typed(yaml.CSafeLoader):
    """YAML 1.1: `no` is false, `0421` octal, `12:30` sexagesimal. Without timestamps, which JSON does not have."""


Strings.add_implicit_resolver(
    "tag:yaml.org,2002:null", yaml.resolver.Resolver.yaml_implicit_resolvers["~"][0][1], ["~", "n", "N", ""]
)
Strings.add_constructor("tag:yaml.org,2002:null", lambda loader, node: None)
Typed.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith((":timestamp", ":merge", ":value"))]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _record(loader: Any, node: yaml.MappingNode) -> dict[str, Any]:
    """Keys are text in JSON: what stands in the file."""
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "a key is a word", key.start_mark)
    return {key.value: loader.construct_object(value, deep=True) for key, value in node.value}


for _loader in (Strings, Typed):
    _loader.add_constructor("tag:yaml.org,2002:map", _record)

LOADERS: dict[str, type[yaml.CBaseLoader] | type[yaml.CSafeLoader]] = {"yaml-1.1": Typed, "strings": Strings}


def read(text: str, loader: str) -> Any:
    """The document as JSON. Raises yaml.YAMLError."""
    return yaml.load(text, Loader=LOADERS[loader])
