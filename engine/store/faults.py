"""What the store raises. Races are never raised: they are outcomes.

EngineError
 +-- StoreUnavailable   the database cannot be reached or is busy beyond patience: try again
 +-- StoreRefused       the database, its file system or its age does not fit: trying again will not help
 +-- Missing            no such row, or a row of another ticket
 +-- Erased             the row is there, its content was erased
"""

from engine.errors import EngineError


class StoreUnavailable(EngineError):
    """The database cannot be reached, or was locked for longer than the busy time-out."""

    code = "store_unavailable"


class StoreRefused(EngineError):
    """The database refused the statement, or this package refuses the database."""

    code = "store_refused"


class Missing(EngineError):
    """No row of that id, or not one of this ticket."""

    code = "missing"


class Erased(EngineError):
    """The content was erased on somebody's demand; the ticket goes to a person."""

    code = "erased"
