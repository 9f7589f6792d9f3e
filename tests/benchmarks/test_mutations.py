"""Mutants are what they are said to be; none that is less safe passes unseen."""

from pathlib import Path

import pytest
import yaml

from benchmarks.mutations.corpus import Right, rights
from benchmarks.mutations.judged import judged
from benchmarks.mutations.made import Mutant, mutants

GATES = ("only_if", "limit", "confirm", "approve", "comparison", "condition", "`and` for `or`", "number one higher")


@pytest.fixture(scope="module", name="shop")
def sample_shop(tmp_path_factory: pytest.TempPathFactory) -> Right:
    *_, shop = rights(tmp_path_factory.mktemp("rights"))
    assert shop.reading.found == ()
    return shop


def made(shop: Right, path: str) -> list[Mutant]:
    return [mutant for file in shop.files if file.path == path for mutant in mutants(file)]


def test_a_mutant_differs_in_what_it_says(shop: Right) -> None:
    text = next(file.text for file in shop.files if file.path == "flows/refund.yaml")
    found = made(shop, "flows/refund.yaml")
    assert len(found) > 400
    assert len({mutant.text for mutant in found}) == len(found)
    for mutant in found:
        first = sum(len(line) + 1 for line in text.split("\n")[: mutant.line - 1])
        last = text.find("\n", first) + 1 or len(text) + 1
        changed = (text[:at] + mutant.after + text[at + len(mutant.before) :] for at in range(first, last))
        assert mutant.text in changed


def test_most_mutants_can_be_read(shop: Right) -> None:
    """Else it is YAML that is tested, and not the checker."""
    found = made(shop, "flows/refund.yaml")
    assert sum(_reads(mutant.text) for mutant in found) > 0.9 * len(found)


def test_no_weaker_gate_of_the_shop_passes_unseen(shop: Right) -> None:
    gates = [mutant for mutant in made(shop, "flows/refund.yaml") if any(word in mutant.kind for word in GATES)]
    found = [judged(shop.root, shop.reading, mutant) for mutant in gates]
    unsafe = [one for one in found if one.less_safe]
    assert len(unsafe) > 5
    assert [one.mutant.before for one in unsafe if not one.named] == []


def _reads(text: str) -> bool:
    try:
        yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return False
    return True


def test_what_is_said_of_a_mutant(shop: Right, tmp_path: Path) -> None:
    found = {one.kind: one for one in made(shop, "flows/refund.yaml")}
    misspelt = judged(shop.root, shop.reading, found["a key misspelt"])
    assert (misspelt.found, misspelt.on_line) == (True, True)
    exchanged = judged(shop.root, shop.reading, found["a line of `only_if` and the next one exchanged"])
    assert (exchanged.found, exchanged.less_safe) == (False, "")
