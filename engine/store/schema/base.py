"""What the tables share."""

from sqlalchemy import Column, ForeignKey, Integer, MetaData, String

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def own_id() -> Column[str]:
    """The key of a row."""
    return Column("id", String(40), primary_key=True)


def of_ticket(*, primary_key: bool = False) -> Column[str]:
    """The ticket that a row belongs to."""
    return Column("ticket_id", String(40), ForeignKey("tickets.id"), primary_key=primary_key, nullable=False)


def of_epoch() -> Column[int]:
    """The epoch of the ticket that a row belongs to."""
    return Column("epoch", Integer, nullable=False)
