"""What vendors' systems are asked and what they answer, in the form that their documentation gives.

Written by hand for these tests, shortened, with made-up contents. Of Stripe, Jira and Google the requests and answers
are held against their OpenAPI documents too (`test_ready.py`); of the others there is none that may be had in CI.
"""

from typing import Any, NamedTuple

__all__ = ["EXAMPLES", "SOURCES", "Example"]

SOURCES = {
    "stripe": "https://docs.stripe.com/api/charges and /refunds, version 2024-06-20",
    "shopify": "https://shopify.dev/docs/api/admin-rest/2025-07/resources/order",
    "zendesk": "https://developer.zendesk.com/api-reference/ticketing: users, tickets, introduction#idempotency",
    "freshdesk": "https://developers.freshdesk.com/api: view and create a ticket, list contacts",
    "jira": "https://developer.atlassian.com/cloud/jira/platform/rest/v3: issues, issue comments",
    "hubspot": "https://developers.hubspot.com/docs/api-reference/crm-contacts-v3",
    "google-calendar": "https://developers.google.com/workspace/calendar/api/v3/reference/events",
}
"""Ready file -> where its vendor says it."""


class Example(NamedTuple):
    """One call."""

    arguments: dict[str, Any]
    line: str
    """Method and path of the request."""
    answer: Any
    body: Any = None
    """JSON, or the text of a form."""
    key: bool = False
    """Whether it carries an idempotency key."""
    gives: dict[str, Any] = {}
    """Some fields of the answer, by dotted path, as text."""
    refused: tuple[int, Any, str] | None = None
    """Status and body of a refusal, and the error of the file that it is."""


_CHARGE = {
    "id": "ch_3MmlLrLkdIwHu7ix0snN0B15", "object": "charge", "amount": 1099, "amount_captured": 1099,
    "amount_refunded": 500, "balance_transaction": "txn_3MmlLrLkdIwHu7ix0uke3Ezy", "captured": True,
    "created": 1679090539, "currency": "usd", "customer": None, "description": None, "disputed": False,
    "livemode": False, "metadata": {}, "paid": True, "payment_intent": None, "receipt_email": None, "refunded": False,
    "status": "succeeded",
}  # fmt: skip
_MISSING = {"error": {"code": "resource_missing", "message": "No such charge: 'ch_1'", "param": "id",
                      "type": "invalid_request_error"}}  # fmt: skip
_ORDER = {
    "id": 450789469, "admin_graphql_api_id": "gid://shopify/Order/450789469", "name": "#1001",
    "email": "bob.norman@mail.example.com", "created_at": "2008-01-10T11:00:00-05:00", "cancelled_at": None,
    "currency": "USD", "total_price": "598.94", "financial_status": "partially_refunded", "fulfillment_status": None,
    "customer": {"id": 207119551, "email": "bob.norman@mail.example.com", "first_name": "Bob"},
    "line_items": [{"id": 466157049, "title": "IPod Nano - 8gb", "quantity": 1, "sku": "IPOD2008GREEN"}],
}  # fmt: skip
_FIELDS = ("id,name,email,created_at,cancelled_at,currency,total_price,financial_status,fulfillment_status,customer,"
           "line_items").replace(",", "%2C")  # fmt: skip
_ZENDESK = {
    "id": 35436, "url": "https://x.zendesk.com/api/v2/tickets/35436.json", "external_id": None,
    "created_at": "2009-07-20T22:55:29Z", "updated_at": "2011-05-05T10:38:52Z", "subject": "My printer is on fire!",
    "description": "The fire is very colorful.", "priority": "high", "status": "open", "requester_id": 20978392,
    "assignee_id": 235323, "tags": ["enterprise", "other_tag"], "via": {"channel": "web"},
}  # fmt: skip
_USER = {
    "id": 35436, "url": "https://x.zendesk.com/api/v2/users/35436.json", "name": "Johnny Agent",
    "email": "johnny@example.com", "created_at": "2009-07-20T22:55:29Z", "phone": "+15551234567", "role": "agent",
    "verified": True, "suspended": False, "external_id": "sai989sur98w9", "tags": [],
}  # fmt: skip
_FRESHDESK: dict[str, Any] = {
    "cc_emails": [], "fwd_emails": [], "reply_cc_emails": [], "email_config_id": None, "group_id": None, "priority": 1,
    "requester_id": 1, "responder_id": None, "source": 2, "spam": False, "status": 2, "subject": "Not working",
    "company_id": 1, "id": 20, "type": None, "to_emails": None, "product_id": None,
    "created_at": "2015-08-24T11:56:51Z", "updated_at": "2015-08-24T11:59:05Z", "due_by": "2015-08-27T11:30:00Z",
    "fr_due_by": "2015-08-25T11:30:00Z", "is_escalated": False, "description_text": "Not given.",
    "description": "<div>Not given.</div>", "custom_fields": {"category": "Primary"}, "tags": [],
}  # fmt: skip
_CONTACT = {
    "id": "98630638716", "createdAt": "2025-02-11T15:45:00.400Z", "updatedAt": "2025-02-11T15:52:10.273Z",
    "archived": False, "properties": {"createdate": "2025-02-11T15:45:00.400Z", "email": "mark.s@lumon.example",
                                      "firstname": "Mark", "lastname": "S.", "phone": None, "company": None,
                                      "hs_object_id": "98630638716", "lifecyclestage": "lead"},
}  # fmt: skip
_HUBSPOT_404 = {"status": "error", "message": "Object not found.", "correlationId": "x", "category": "OBJECT_NOT_FOUND"}
_EVENT = {
    "kind": "calendar#event", "etag": '"1"', "id": "ticket4711", "status": "confirmed", "summary": "Call back",
    "htmlLink": "https://www.google.com/calendar/event?eid=x", "creator": {"email": "a@b.example"},
    "start": {"dateTime": "2026-03-02T10:00:00+01:00", "timeZone": "Europe/Berlin"},
    "end": {"dateTime": "2026-03-02T10:30:00+01:00", "timeZone": "Europe/Berlin"},
}  # fmt: skip
_JIRA = {
    "id": "10002", "self": "https://x.atlassian.net/rest/api/3/issue/10002", "key": "ED-1", "expand": "names",
    "fields": {"summary": "Main order flow broken", "status": {"id": "3", "name": "In Progress"}, "assignee": None,
               "priority": {"id": "2", "name": "High"}, "created": "2026-01-17T12:34:00.000+0000",
               "updated": "2026-01-18T23:45:00.000+0000", "duedate": "2026-02-01"},
}  # fmt: skip


def _doc(text: str) -> dict[str, Any]:
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}],
    }


EXAMPLES: dict[str, Example] = {
    "stripe.get_charge": Example(
        {"charge": "ch_3MmlLrLkdIwHu7ix0snN0B15"}, "GET /v1/charges/ch_3MmlLrLkdIwHu7ix0snN0B15", _CHARGE,
        gives={"amount": "10.99 USD", "amount_refunded": "5.00 USD"}, refused=(404, _MISSING, "not_found"),
    ),
    "stripe.list_charges": Example(
        {"customer": "cus_9s6XKzkNRiz8i3", "limit": 3}, "GET /v1/charges?customer=cus_9s6XKzkNRiz8i3&limit=3",
        {"object": "list", "url": "/v1/charges", "has_more": False, "data": [_CHARGE]},
        gives={"data.0.amount": "10.99 USD"},
    ),
    "stripe.create_refund": Example(
        {"charge": "ch_1NirD82eZvKYlo2CIvbtLWuY", "amount": 599, "currency": "usd", "reason": "duplicate"},
        "POST /v1/refunds",
        {"id": "re_1Nispe2eZvKYlo2Cd31jOCgZ", "object": "refund", "amount": 599, "balance_transaction": "txn_1",
         "charge": "ch_1NirD82eZvKYlo2CIvbtLWuY", "created": 1692942318, "currency": "usd", "metadata": {},
         "payment_intent": None, "reason": "duplicate", "status": "succeeded"},
        "amount=599&charge=ch_1NirD82eZvKYlo2CIvbtLWuY&reason=duplicate", key=True,
        gives={"amount": "5.99 USD", "status": "succeeded"},
        refused=(400, {"error": {"code": "charge_already_refunded", "type": "invalid_request_error",
                                 "message": "Charge ch_1 has already been refunded."}}, "already_refunded"),
    ),
    "shopify.get_order": Example(
        {"order_id": 450789469}, f"GET /admin/api/2025-07/orders/450789469.json?fields={_FIELDS}", {"order": _ORDER},
        gives={"order.total_price": "598.94 USD", "order.created_at": "2008-01-10 11:00:00-05:00"},
        refused=(404, {"errors": "Not Found"}, "not_found"),
    ),
    "shopify.list_orders": Example(
        {"email": "bob.norman@mail.example.com"},
        f"GET /admin/api/2025-07/orders.json?email=bob.norman%40mail.example.com&fields={_FIELDS}&status=any",
        {"orders": [_ORDER]}, gives={"orders.0.name": "#1001"},
    ),
    "shopify.cancel_order": Example(
        {"order_id": 450789469, "reason": "customer"}, "POST /admin/api/2025-07/orders/450789469/cancel.json",
        {"order": {**_ORDER, "cancelled_at": "2026-03-01T10:00:00-05:00"}, "notice": "Order has been canceled"},
        {"reason": "customer", "email": True}, gives={"order.cancelled_at": "2026-03-01 10:00:00-05:00"},
        refused=(422, {"errors": "Cannot cancel a paid and fulfilled order"}, "not_possible"),
    ),
    "zendesk.find_users": Example(
        {"email": "johnny@example.com"}, "GET /api/v2/users/search.json?query=email%3A%22johnny%40example.com%22",
        {"users": [_USER], "count": 1, "next_page": None}, gives={"users.0.name": "Johnny Agent"},
    ),
    "zendesk.get_ticket": Example(
        {"ticket_id": 35436}, "GET /api/v2/tickets/35436.json", {"ticket": _ZENDESK},
        gives={"ticket.status": "open"},
        refused=(404, {"error": "RecordNotFound", "description": "Not found"}, "not_found"),
    ),
    "zendesk.create_ticket": Example(
        {"subject": "My printer is on fire!", "body": "The smoke is very colorful.", "requester_id": 20978392,
         "public": False},
        "POST /api/v2/tickets.json", {"ticket": _ZENDESK, "audit": {"id": 1}},
        {"ticket": {"subject": "My printer is on fire!", "requester_id": 20978392,
                    "comment": {"body": "The smoke is very colorful.", "public": False}}},
        key=True, gives={"ticket.id": "35436"},
        refused=(422, {"error": "RecordInvalid", "description": "Record validation errors"}, "invalid"),
    ),
    "freshdesk.get_ticket": Example(
        {"ticket_id": 20}, "GET /api/v2/tickets/20", _FRESHDESK, gives={"due_by": "2015-08-27 11:30:00+00:00"},
        refused=(404, None, "not_found"),
    ),
    "freshdesk.find_contacts": Example(
        {"email": "superman@f.example"}, "GET /api/v2/contacts?email=superman%40f.example",
        [{"active": False, "address": None, "company_id": 23, "description": None, "email": "superman@f.example",
          "id": 432, "job_title": None, "language": "en", "mobile": None, "name": "Clark Kent", "phone": None,
          "created_at": "2015-08-28T09:08:16Z", "updated_at": "2015-08-28T09:08:16Z"}],
        gives={"0.name": "Clark Kent"},
    ),
    "freshdesk.create_ticket": Example(
        {"subject": "Support needed", "description": "Some details", "email": "tom@outerspace.example", "priority": 1},
        "POST /api/v2/tickets", _FRESHDESK,
        {"subject": "Support needed", "description": "Some details", "email": "tom@outerspace.example", "priority": 1,
         "status": 2},
        gives={"id": "20"},
        refused=(400, {"description": "Validation failed", "errors": [{"field": "email", "code": "missing_field"}]},
                 "invalid"),
    ),
    "jira.get_issue": Example(
        {"issue": "ED-1"},
        "GET /rest/api/3/issue/ED-1?fields=summary%2Cstatus%2Cassignee%2Cpriority%2Ccreated%2Cupdated%2Cduedate", _JIRA,
        gives={"fields.status.name": "In Progress", "fields.duedate": "2026-02-01"},
        refused=(404, {"errorMessages": ["Issue does not exist"], "errors": {}}, "not_found"),
    ),
    "jira.create_issue": Example(
        {"project": "ED", "type": "Bug", "summary": "Order flow", "description": "It fails.", "labels": ["support"]},
        "POST /rest/api/3/issue", {"id": "10000", "key": "ED-24", "self": "https://x.atlassian.net/10000"},
        {"fields": {"project": {"key": "ED"}, "issuetype": {"name": "Bug"}, "summary": "Order flow",
                    "labels": ["support"], "description": _doc("It fails.")}},
        gives={"key": "ED-24"},
        refused=(400, {"errorMessages": [], "errors": {"project": "valid project is required"}}, "invalid"),
    ),
    "jira.add_comment": Example(
        {"issue": "ED-1", "text": "Customer calls again."}, "POST /rest/api/3/issue/ED-1/comment",
        {"id": "10000", "self": "https://x/10010/comment/10000", "body": _doc("Customer calls again."),
         "created": "2026-01-17T12:34:00.000+0000"},
        {"body": _doc("Customer calls again.")}, gives={"id": "10000"},
        refused=(404, {"errorMessages": ["Issue does not exist"], "errors": {}}, "not_found"),
    ),
    "hubspot.get_contact": Example(
        {"email": "mark.s@lumon.example"},
        "GET /crm/v3/objects/contacts/mark.s%40lumon.example?idProperty=email&properties="
        "email%2Cfirstname%2Clastname%2Cphone%2Ccompany%2Clifecyclestage",
        _CONTACT, gives={"properties.firstname": "Mark"}, refused=(404, _HUBSPOT_404, "not_found"),
    ),
    "hubspot.update_contact": Example(
        {"contact_id": "98630638716", "phone": "5555"}, "PATCH /crm/v3/objects/contacts/98630638716", _CONTACT,
        {"properties": {"phone": "5555"}}, gives={"id": "98630638716"}, refused=(404, _HUBSPOT_404, "not_found"),
    ),
    "google_calendar.list_events": Example(
        {"calendar": "team@b.example", "from": "2026-03-02T00:00:00+01:00", "to": "2026-03-03T00:00:00+01:00"},
        "GET /calendar/v3/calendars/team%40b.example/events?maxResults=250&orderBy=startTime&singleEvents=true"
        "&timeMax=2026-03-03T00%3A00%3A00%2B01%3A00&timeMin=2026-03-02T00%3A00%3A00%2B01%3A00",
        {"kind": "calendar#events", "summary": "Team", "timeZone": "Europe/Berlin", "items": [_EVENT]},
        gives={"items.0.start.dateTime": "2026-03-02 10:00:00+01:00"},
        refused=(404, {"error": {"code": 404, "message": "Not Found"}}, "not_found"),
    ),
    "google_calendar.get_event": Example(
        {"calendar": "team@b.example", "id": "ticket4711"},
        "GET /calendar/v3/calendars/team%40b.example/events/ticket4711", _EVENT, gives={"status": "confirmed"},
        refused=(404, {"error": {"code": 404, "message": "Not Found"}}, "not_found"),
    ),
    "google_calendar.create_event": Example(
        {"calendar": "team@b.example", "id": "ticket4711", "summary": "Call back", "attendee": "ann@shop.example",
         "start": "2026-03-02T10:00:00+01:00", "end": "2026-03-02T10:30:00+01:00"},
        "POST /calendar/v3/calendars/team%40b.example/events?sendUpdates=all", _EVENT,
        {"id": "ticket4711", "summary": "Call back", "start": {"dateTime": "2026-03-02T10:00:00+01:00"},
         "end": {"dateTime": "2026-03-02T10:30:00+01:00"}, "attendees": [{"email": "ann@shop.example"}]},
        gives={"status": "confirmed"},
        refused=(409, {"error": {"code": 409, "message": "The requested identifier already exists."}}, "taken"),
    ),
}  # fmt: skip
