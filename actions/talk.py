"""What needs a decision but no money: did you mean, a person to talk to, the language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.base import Answer, Asked, CounterAction
from actions.instalments import in_guide
from nhi_core.wire import LANGUAGES

if TYPE_CHECKING:
    from nhi_core.services.turns import TurnContext

# What a guess may never be: these are not wishes one could offer on a button.
NOT_OFFERED = frozenset(
    {"nlu_fallback", "out_of_scope", "inform", "affirm", "deny", "stop", "bot_challenge", "goodbye", "greet"}
    | {"thank", "help", "talk_to_person", "complain", "give_feedback"}
)

# Below this a guess is a shot in the dark, and no button: the general menu helps more.
LEAST_LIKELY = 0.04


class DidYouMean(CounterAction):
    """Not understood: two likely wishes as buttons; the second time in a row, a person."""

    verb = "did_you_mean"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Offer the two best guesses; after a miss on top of a miss, explain and offer a person."""
        in_form = in_guide(self.core, turn, asked)
        if in_form is not None:
            return in_form
        if asked.last_template in {"did_you_mean", "fallback"}:
            return Answer("talk_to_person", args={"after_misses": True})
        likely = [name for name, share in asked.ranking if share >= LEAST_LIKELY]
        guesses = [name for name in likely if name not in NOT_OFFERED][:2]
        return Answer("did_you_mean", args={"intents": guesses}) if guesses else Answer("fallback")


class OutOfScope(CounterAction):
    """Not our business."""

    verb = "out_of_scope"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Say so kindly."""
        return Answer("out_of_scope")


class LastMatter(CounterAction):
    """「那張」 and nothing else: only follow-ups lead here, no wish of the dialogue does."""

    verb = "last_matter"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Ask what is wanted of what was shown last."""
        return Answer("last_matter")


class TalkToPerson(CounterAction):
    """Telephone numbers and hours of people."""

    verb = "talk_to_person"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Say how a person is reached."""
        return Answer("talk_to_person")


class ChangeLanguage(CounterAction):
    """Sets the language that was named; without one, offers all."""

    verb = "change_language"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Store the choice; the answer comes in the new language."""
        wanted = asked.entity("language")
        chosen = next((code for code in LANGUAGES if code == wanted), None)
        if chosen is None:
            return Answer("change_language")
        self.core.conversations.choose_language(turn.account_id, chosen)
        return Answer("language_changed", args={"language": chosen})
