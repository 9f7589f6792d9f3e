"""Exceptions for callers. Findings about a project are diagnostics, not exceptions.

EngineError
 +-- NotConfigured    what a process was started with lacks something; says what, by name
 +-- NotHere          something that another worker or a later moment may have: try again
 +-- ProjectInvalid   the project does not validate; carries its diagnostics
"""


class EngineError(Exception):
    """Base of everything that this package raises on purpose.

    `code` is a short stable word. It is what travels through Temporal in place of the message,
    which may hold contents (invariant 10).
    """

    code: str = "engine"

    def __init__(self, message: str = "", *, code: str | None = None) -> None:
        super().__init__(message or code or self.code)
        if code is not None:
            self.code = code


class NotConfigured(EngineError):
    """What a process was started with lacks something that the project needs."""

    code = "not_configured"


class NotHere(EngineError):
    """What was asked for is not on this worker; another worker, or a later moment, may have it."""

    code = "not_here"


class ProjectInvalid(EngineError):
    """The project has errors and is refused; `diagnostics` are the rendered findings."""

    code = "project_invalid"

    def __init__(self, message: str, diagnostics: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.diagnostics = diagnostics
