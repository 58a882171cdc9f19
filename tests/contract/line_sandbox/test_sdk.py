"""LINE's own Python SDK against the running sandbox."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator

import pytest
from linebot.v3 import messaging as api
from PIL import Image

from line_sandbox.config import SANDBOX_TOKEN
from line_sandbox.testing import OFFICE_GROUP, Sandbox

pytestmark = pytest.mark.net
CHEN = Sandbox.person("chen")
TEXT = api.TextMessage(text="您好")


@pytest.fixture(scope="module")
def line() -> Iterator[Sandbox]:
    with Sandbox.started(webhook_url="http://127.0.0.1:9/") as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def client(line: Sandbox) -> Iterator[api.ApiClient]:
    with api.ApiClient(api.Configuration(host=line.url, access_token=SANDBOX_TOKEN)) as client:
        yield client
        client.rest_client.pool_manager.clear()


@pytest.fixture
def bot(client: api.ApiClient) -> api.MessagingApi:
    return api.MessagingApi(client)


def picture(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#0a0").save(out, "PNG")
    return out.getvalue()


def test_reply_reaches_the_person(line: Sandbox, bot: api.MessagingApi) -> None:
    event = line.text(CHEN, "我還欠多少？")
    bot.reply_message(api.ReplyMessageRequest(replyToken=event["replyToken"], messages=[TEXT]))
    assert line.wait_for_reply(CHEN) == [{"type": "text", "text": "您好"}]


def test_a_repeated_push_is_a_conflict_that_means_success(line: Sandbox, bot: api.MessagingApi) -> None:
    key = str(uuid.uuid4())
    request = api.PushMessageRequest(to=CHEN, messages=[TEXT])
    before = line.counts().get(CHEN, 0)
    first = bot.push_message(request, x_line_retry_key=key)
    with pytest.raises(api.exceptions.ApiException) as caught:
        bot.push_message(request, x_line_retry_key=key)
    assert caught.value.status == 409
    assert caught.value.headers["x-line-accepted-request-id"]
    assert first.sent_messages[0].id in caught.value.body
    assert line.counts()[CHEN] == before + 1


def test_multicast(line: Sandbox, bot: api.MessagingApi) -> None:
    users = line.add_people(500)
    bot.multicast(api.MulticastRequest(to=users, messages=[TEXT]))
    counts = line.counts()
    assert all(counts[user] == 1 for user in users)


def test_content_comes_back_byte_by_byte(line: Sandbox, client: api.ApiClient) -> None:
    data = picture(40, 30)
    [event] = line.files(CHEN, [("a.png", data, "image/png")])
    assert bytes(api.MessagingApiBlob(client).get_message_content(event["message"]["id"])) == data


def test_a_rich_menu_from_creation_to_the_phone(
    line: Sandbox, bot: api.MessagingApi, client: api.ApiClient
) -> None:
    area = api.RichMenuArea(
        bounds=api.RichMenuBounds(x=0, y=0, width=800, height=300),
        action=api.PostbackAction(label="查欠費", data="v=1"),
    )
    menu = api.RichMenuRequest(
        size=api.RichMenuSize(width=800, height=300),
        selected=True,
        name="未綁定",
        chatBarText="健保選單",
        areas=[area],
    )
    bot.validate_rich_menu_object(menu)
    menu_id = bot.create_rich_menu(menu).rich_menu_id
    blob = api.MessagingApiBlob(client)
    blob.set_rich_menu_image(menu_id, body=picture(800, 300), _headers={"Content-Type": "image/png"})
    bot.link_rich_menu_id_to_user(CHEN, menu_id)
    assert bot.get_rich_menu_id_of_user(CHEN).rich_menu_id == menu_id
    shown = line.richmenu(CHEN)
    assert shown is not None
    assert shown["chatBarText"] == "健保選單"
    assert bytes(blob.get_rich_menu_image(menu_id)) == picture(800, 300)


def test_profiles_groups_quota_and_the_account(line: Sandbox, bot: api.MessagingApi) -> None:
    assert bot.get_profile(CHEN).display_name == "陳志明"
    assert bot.get_group_member_count(OFFICE_GROUP).count == 12
    assert bot.get_message_quota().value == 3000
    assert bot.get_bot_info().display_name == "健保櫃檯小幫手"
    with pytest.raises(api.exceptions.ForbiddenException):
        bot.get_group_members_ids(OFFICE_GROUP)
    with pytest.raises(api.exceptions.NotFoundException):
        bot.get_profile("U" + "9" * 32)


def test_validation_endpoints(bot: api.MessagingApi) -> None:
    bot.validate_push(api.ValidateMessageRequest(messages=[TEXT]))
    with pytest.raises(api.exceptions.ApiException) as caught:
        bot.validate_push(api.ValidateMessageRequest(messages=[api.TextMessage(text="")]))
    assert caught.value.status == 400
    assert "messages[0].text" in caught.value.body


def test_loading_animation_and_link_token(line: Sandbox, bot: api.MessagingApi) -> None:
    bot.show_loading_animation(api.ShowLoadingAnimationRequest(chatId=CHEN, loadingSeconds=10))
    assert bot.issue_link_token(CHEN).link_token


def test_the_console_s_verify_button(bot: api.MessagingApi) -> None:
    result = bot.test_webhook_endpoint(api.TestWebhookEndpointRequest())
    assert result.success is False
    assert result.reason == "COULD_NOT_CONNECT"


def test_a_wrong_token_is_unauthorized(line: Sandbox) -> None:
    with api.ApiClient(api.Configuration(host=line.url, access_token="wrong")) as client:
        with pytest.raises(api.exceptions.UnauthorizedException):
            api.MessagingApi(client).get_bot_info()
        client.rest_client.pool_manager.clear()
