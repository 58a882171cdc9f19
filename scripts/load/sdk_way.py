"""What is measured beside ours: the LINE SDK's own sample, with a dialogue engine behind it.

It follows line-bot-sdk-python's example `flask-echo`: one process, one route; the signature is checked, the
events parsed, and for each text the engine is called and the reply sent, all inside the webhook request.
Only the echo is replaced by what the engine says. Nothing is stored, looked up or filled in. It runs under
gunicorn with threads instead of Flask's own development server, which is in its favour.

    SDK_RASA=nhi|rest RASA_URL=… LINE_… gunicorn --workers 1 --threads 8 scripts.load.sdk_way:app
"""

from __future__ import annotations

import os

import requests
from flask import Flask, abort, request
from linebot.v3 import WebhookHandler
from linebot.v3.exceptions import InvalidSignatureError
from linebot.v3.messaging import ApiClient, Configuration, MessagingApi, ReplyMessageRequest, TextMessage
from linebot.v3.webhooks import MessageEvent, TextMessageContent

app = Flask(__name__)
configuration = Configuration(
    access_token=os.environ["LINE_CHANNEL_ACCESS_TOKEN"], host=os.environ["LINE_API_URL"]
)
handler = WebhookHandler(os.environ["LINE_CHANNEL_SECRET"])
URL = os.environ["RASA_URL"]
OURS = os.environ.get("SDK_RASA", "nhi") == "nhi"
TOKEN = os.environ.get("RASA_TOKEN", "")


@app.route("/callback", methods=["POST"])
def callback() -> str:
    """Check the signature, parse, handle: as in the example."""
    signature = request.headers["X-Line-Signature"]
    body = request.get_data(as_text=True)
    try:
        handler.handle(body, signature)
    except InvalidSignatureError:
        abort(400)
    return "OK"


@handler.add(MessageEvent, message=TextMessageContent)  # type: ignore[untyped-decorator]
def handle_message(event: MessageEvent) -> None:
    """Ask the engine and reply."""
    said = ask(event.source.user_id, event.message.text)
    with ApiClient(configuration) as api_client:
        line_bot_api = MessagingApi(api_client)
        line_bot_api.reply_message_with_http_info(
            ReplyMessageRequest(reply_token=event.reply_token, messages=[TextMessage(text=said)])
        )


def ask(sender: str, text: str) -> str:
    """Return what the engine answers: ours by its channel, stock Rasa by its REST channel."""
    if OURS:
        turn = {"sender": sender, "turn": "t" * 20, "language": "zh-TW", "text": text}
        headers = {"Authorization": f"Bearer {TOKEN}"}
        found = requests.post(f"{URL}/webhooks/nhi/webhook", json=turn, headers=headers, timeout=10).json()
        return str(found["replies"][0])[:200]
    message = {"sender": sender, "message": text}
    replies = requests.post(f"{URL}/webhooks/rest/webhook", json=message, timeout=10).json()
    return str(replies[0])[:200]
