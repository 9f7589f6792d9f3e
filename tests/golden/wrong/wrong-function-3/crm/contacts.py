"""Contacts of the CRM."""

from engine.calls import Call


async def find(email: str, *, region: str = "eu", call: Call) -> dict[str, object]:
    """Finds one."""
    return {"name": email, "region": region, "left": int(call.left)}
