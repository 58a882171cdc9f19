"""The one way into the dialogue: a turn of the bot, as JSON with a token.

`POST /webhooks/nhi/webhook`: a line of text or a tap in, replies with intent, confidence and language out.
A line can never act as a tap: Rasa takes text that begins with "/" for an intent, so the channel turns the
slash of a line into its full-width twin, and builds the text of a tap itself.

The exception is ours: a line that is only a word of command (words.py) becomes the tap it stands for. Zhuyin
typed on an English keyboard is turned back first (zhuyin.py): Rasa reads the Chinese. A line with two wishes
becomes two messages of one turn, answered in order (wishes.py).
"""

from __future__ import annotations

import hmac
import json
import logging
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, List, Optional

from jsonschema.validators import validator_for
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from nlu.components.language import LANGUAGES
from nlu.components.turn import TurnNotes, current_turn
from nlu.components.wishes import Heard, halves, split
from nlu.components.words import command
from nlu.components.zhuyin import turned_back

logger = logging.getLogger(__name__)

_SCHEMA = json.loads((Path(__file__).parent / "wire.json").read_text(encoding="utf-8"))
_VALIDATOR = validator_for(_SCHEMA)(_SCHEMA)
_BEARER = "Bearer "
_BODY_LIMIT = 64 * 1024


def text_of_tap(name: str, entities: Dict[str, str]) -> str:
    """Return the text Rasa reads as this intent with these entities."""
    return f"/{name}{json.dumps(entities, ensure_ascii=False)}" if entities else f"/{name}"


def text_of_line(text: str) -> str:
    """Return the line with a leading slash made harmless; its length apart from outer space stays."""
    line = text.strip()
    return "／" + line[1:] if line.startswith("/") else line


def shape_problem(body: Any) -> Optional[str]:
    """Return what is wrong with a request as the path of the field, never its value; None when right."""
    problems = sorted(".".join(map(str, error.path)) or "body" for error in _VALIDATOR.iter_errors(body))
    if problems:
        return problems[0]
    given = [key for key in ("text", "intent") if body.get(key) is not None]
    return None if len(given) == 1 else "text or intent"


class _RepliesOnly(CollectingOutputChannel):
    """Collects the custom payloads of the bot's utterances; all our answers are templates."""

    def replies(self) -> List[Dict[str, Any]]:
        return [message["custom"] for message in self.messages if isinstance(message.get("custom"), dict)]


class CounterInput(InputChannel):
    """The channel; `token` is what the bot must show."""

    def __init__(self, token: str) -> None:
        """Keep the token; an empty one is refused at start."""
        if not token:
            raise ValueError("RASA_TOKEN is not set: the channel would be open to everybody")
        self._token = token.encode()

    @classmethod
    def name(cls) -> str:
        """Return the name that stands in the address."""
        return "nhi"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> CounterInput:
        """Make the channel from its part of credentials.yml."""
        return cls(str((credentials or {}).get("token") or ""))

    def _is_allowed(self, request: Request) -> bool:
        header = request.headers.get("authorization", "")
        shown = header[len(_BEARER) :].encode() if header.startswith(_BEARER) else b""
        return hmac.compare_digest(shown, self._token)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the routes; Rasa registers them under /webhooks/nhi."""
        routes = Blueprint("counter_input", "nlu_channel")

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            if not self._is_allowed(request):
                return json_response({"error": "unauthorized"}, status=401)
            if len(request.body) > _BODY_LIMIT:
                return json_response({"error": "too_large"}, status=413)
            try:
                body = json.loads(request.body)
            except ValueError:
                return json_response({"error": "malformed"}, status=400)
            problem = shape_problem(body)
            if problem is not None:
                return json_response({"error": "malformed", "field": problem}, status=400)
            return await self._turn(body, on_new_message, _agent_of(request))

        return routes

    async def _turn(
        self, body: Dict[str, Any], on_new_message: Callable[..., Awaitable[Any]], agent: Optional[Agent]
    ) -> HTTPResponse:
        if body.get("intent") is None:
            body = {**body, "text": turned_back(body["text"]) or body["text"]}
        tap = body.get("intent") or _commanded(body["text"])
        notes = TurnNotes()
        output = _RepliesOnly()
        try:
            texts = [text_of_tap(tap["name"], tap.get("entities", {}))] if tap else await _wishes(body, agent)
            for number, text in enumerate(texts):
                # What is noted of the first wish goes back; the second is only answered.
                current_turn.set(notes if number == 0 else TurnNotes())
                # Halves are short: the second is read in the language of the first.
                language = body["language"] if number == 0 else notes.language or body["language"]
                metadata = {"turn": body["turn"], "language": language}
                message = UserMessage(
                    text, output, body["sender"], input_channel=self.name(), metadata=metadata
                )
                await on_new_message(message)
        except Exception as error:  # noqa: BLE001 - the edge: the bot apologises; only the type may be logged
            logger.error("turn_failed error=%s", type(error).__name__)  # noqa: TRY400 - its text holds input
            return json_response({"error": "turn_failed"}, status=500)
        if tap:
            notes = TurnNotes(intent=tap["name"], confidence=1.0, language=body["language"])
        reply = {
            "v": 1,
            "replies": output.replies(),
            "intent": notes.intent,
            "confidence": notes.confidence,
            "language": notes.language or body["language"],
        }
        return json_response({**reply, "language_sure": True} if notes.sure else reply)


def _commanded(text: str) -> Optional[Dict[str, Any]]:
    """Return the tap that a line of one command stands for."""
    found = command(text)
    return None if found is None else {"name": found[0], "entities": found[1]}


def _agent_of(request: Request) -> Optional[Agent]:
    """Return the server's agent, which knows what a line means; None until a model is loaded."""
    return getattr(getattr(getattr(request, "app", None), "ctx", None), "agent", None)


async def _wishes(body: Dict[str, Any], agent: Optional[Agent]) -> List[str]:
    """Return the wishes of a line in order: the line itself, or its two halves."""
    line = text_of_line(body["text"])
    processor = agent.processor if agent is not None else None
    if processor is None or not any(next(halves(line, each), None) for each in LANGUAGES):
        return [line]

    async def parse(text: str, language: str) -> Dict[str, Any]:
        # Nothing of this is noted: it is not what the person is answered by.
        current_turn.set(None)
        return await processor.parse_message(UserMessage(text, metadata={"language": language}))

    language = (await parse(line, body["language"])).get("language", body["language"])

    async def listen(half: str) -> Heard:
        intent = (await parse(half, language))["intent"]
        return Heard(intent["name"], intent["confidence"])

    return list(await split(line, language, listen) or (line,))
