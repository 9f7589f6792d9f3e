"""The embedded Temporal server of the tests of the runtime, for this package."""

from tests.runtime.conftest import temporal

__all__ = ["temporal"]
