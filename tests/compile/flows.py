"""Pieces of flows that the tests of the compiler share."""

__all__ = ["GRANTS", "ORDER", "SILENCE", "VERIFY", "refund"]

SILENCE = "silence: {remind: [1d], within: 5d, otherwise: close}\n"
GRANTS = """tools:
  customers.match: allow
  orders.get: {only_if: [result.customer_id == customer.id]}
  payments.refund:
    only_if:
      - order.customer_id == customer.id
      - 0 < amount <= order.total - order.refunded
    limit: [1 per order_id, 2 per customer per 90d, 500 EUR per customer per 30d]
    confirm: "Refund {{ amount | money }}?"
    approve:
      - {by: leads, if: amount > 50, remind: [4h, 1 business day], within: 2 business days, otherwise: escalate}
      - {by: support, if: amount > 200, within: 1 business day, otherwise: {late: close, rejected: next}}
"""
VERIFY = "  - verify: [{by: customers.match, with: [email, postcode]}]\n"
ORDER = """  - ask: details
    fields: {order: {one_of: customer.orders, show: "{{ order.number }}"}}
  - tool: orders.get
    with: {order_id: "{{ details.order.id }}"}
    as: order
"""


def refund(otherwise: str = "") -> str:
    """The write with its `otherwise`, and an end."""
    step = """  - tool: payments.refund
    with: {order_id: "{{ order.id }}", amount: "{{ order.total - order.refunded }}"}
    as: refund
"""
    return GRANTS + SILENCE + "steps:\n" + VERIFY + ORDER + step + otherwise + "  - close: solved\n"
