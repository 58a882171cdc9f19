"""In which language a person is answered: the chosen one; until one is chosen, the one that is written.

Whoever writes in another language than the one we spoke so far is asked about it, once for each language: the
mark that says so is kept in the vault longer than anybody remembers the question.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.outcomes import Line
from nhi_core.wire import Language, TurnReply

if TYPE_CHECKING:
    from nhi_core.bootstrap import Core
    from nhi_core.services.conversations import ConversationView

REMEMBERED = timedelta(days=90)
# Answers that are about the language already.
_SETTLED = frozenset({"language_changed", "change_language"})
_CONTEXT = "language_asked"


def follow(core: Core, view: ConversationView, heard: Language | None) -> bool:
    """Speak the language heard, unless the person chose one; True when that is a change.

    Raises StoreUnavailable.
    """
    if heard is None or view.language_chosen or heard == view.language:
        return False
    core.conversations.suggest_language(view.account_id, heard)
    return True


def question(core: Core, view: ConversationView, reply: TurnReply) -> tuple[Line, ...]:
    """Return the question whether to keep (or change to) the language heard, or nothing if it was asked.

    `view` is the account before the turn. A chosen language is questioned only over a whole sentence in
    another one. Raises CacheUnavailable.
    """
    heard = reply.language
    if (
        heard is None
        or heard == view.language
        or not _SETTLED.isdisjoint(one.template for one in reply.replies)
    ):
        return ()
    if view.language_chosen and not reply.language_sure:
        return ()
    mark = f"langask:{view.account_id}:{heard}"
    if core.vault.get(mark, context=_CONTEXT) is not None:
        return ()
    core.vault.put(mark, {"asked": True}, context=_CONTEXT, ttl=REMEMBERED)
    data = {"heard": heard, "spoken": view.language, "chosen": view.language_chosen}
    return (Line("language_ask", data, language=heard),)
