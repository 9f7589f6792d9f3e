"""The one flag of the golden files."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Known where this folder is named on the command line: `pytest tests/golden --update-golden`."""
    parser.addoption("--update-golden", action="store_true", help="rewrite what the golden files expect")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether what is expected is rewritten."""
    return bool(request.config.getoption("--update-golden", default=False))
