"""Asks how it went, once a matter is finished: with the answer itself, never by a push of its own.

Finished is: an application handed in, a binding confirmed, an e-slip seen to be set up, the record of a
payment shown, or a question about premiums that ends with nothing left to do, or with thanks. A debt that was
just shown is not the end of anything, so nobody is asked under it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.outcomes import Line
from nhi_core.domain.accounts import AccountKind
from nhi_core.domain.matters import Topic
from nhi_core.domain.satisfaction import Finished

if TYPE_CHECKING:
    from nhi_core.bootstrap import Core
    from nhi_core.services.conversations import ConversationView

TEMPLATE = "satisfaction"
# The answers that are an end by themselves.
_ENDS = {
    "instalment_sent": Finished.INSTALMENT,
    "bind_done": Finished.BINDING,
    "payment_record": Finished.PAYMENT,
}
_SETTLED = frozenset({"clear", "in_instalments"})
_FAREWELLS = frozenset({"thank", "goodbye"})
_ANSWERED = frozenset({Topic.ARREARS, Topic.LATE_FEE, Topic.DETAIL, Topic.DUE_DATES, Topic.HISTORY})


def question(core: Core, view: ConversationView, event_id: str, lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return the question that goes under this answer, or nothing. Raises what the stores raise."""
    if view.kind is AccountKind.CLERK:  # the house's own people are not its customers
        return ()
    matter = _finished(core, view.account_id, lines)
    if matter is None or core.instalments.lively(view.account_id):
        return ()
    asked = core.satisfaction.offer(view.account_id, event_id, matter, view.language)
    if asked is None:
        return ()
    return (Line(TEMPLATE, {"step": asked.step, "survey": asked.survey}, reply_only=True),)


def _finished(core: Core, account_id: str, lines: Sequence[Line]) -> Finished | None:
    last = lines[-1]
    if last.template == "eslip_page":
        return Finished.ESLIP if last.data.get("subscribed") else None
    if last.template == "arrears_summary":
        plan = last.data.get("plan")
        settled = last.data.get("status") in _SETTLED and not (plan and plan.get("missed"))
        return Finished.ARREARS if settled else None
    if last.template in _FAREWELLS:
        matter = core.matters.last(account_id)
        return Finished.ARREARS if matter is not None and matter.topic in _ANSWERED else None
    return _ENDS.get(last.template)
