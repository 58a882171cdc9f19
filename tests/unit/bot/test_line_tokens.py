"""Channel access tokens: renewed early, once, from a quiet corner; a refused one costs no message."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Barrier, Thread

import pytest
from urllib3.exceptions import HTTPError

from bot.line import LineClient, Refused, Sent, Unreachable
from bot.line_tokens import FixedToken, IssuedTokens, TokenUnavailable, issue_with, tokens_of
from line_sandbox.testing import Sandbox
from nhi_core.settings import Settings

SECRET, ID = "channel-secret-0123456789", "2000000001"
LIFE = 900.0
TEXT = {"type": "text", "text": "你好"}


class Issuer:
    """Issues token-1, token-2 … or fails."""

    def __init__(self) -> None:
        self.count, self.broken, self.now = 0, False, 1_000.0

    def __call__(self) -> tuple[str, float]:
        if self.broken:
            raise HTTPError("no way out")
        self.count += 1
        return f"token-{self.count}", LIFE

    def tokens(self) -> IssuedTokens:
        return IssuedTokens(self, now=lambda: self.now)


def test_a_token_is_used_for_two_thirds_of_its_life() -> None:
    issuer = Issuer()
    tokens = issuer.tokens()
    assert [tokens.current(), tokens.current()] == ["token-1", "token-1"]
    issuer.now += LIFE * 2 / 3 - 1
    assert tokens.current() == "token-1"
    issuer.now += 2
    assert [tokens.current(), tokens.current()] == ["token-2", "token-2"]


def test_a_renewal_that_fails_leaves_the_old_one_in_use_to_its_end() -> None:
    issuer = Issuer()
    tokens = issuer.tokens()
    tokens.current()
    issuer.broken = True
    issuer.now += LIFE - 10
    assert tokens.current() == "token-1"
    issuer.broken = False
    assert tokens.current() == "token-1", "not asked again within a few seconds"
    issuer.now += 6
    assert tokens.current() == "token-2"


def test_without_any_token_nothing_is_pretended() -> None:
    issuer = Issuer()
    issuer.broken = True
    tokens = issuer.tokens()
    with pytest.raises(TokenUnavailable):
        tokens.current()
    issuer.broken = False
    assert tokens.current() == "token-1"


def test_many_threads_ask_for_one_token() -> None:
    issuer = Issuer()
    tokens, barrier, found = issuer.tokens(), Barrier(8), list[str]()

    def ask() -> None:
        barrier.wait()
        found.append(tokens.current())

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (issuer.count, {*found}) == (1, {"token-1"})


def test_a_refused_token_is_replaced_but_a_flood_asks_once() -> None:
    issuer = Issuer()
    tokens = issuer.tokens()
    assert tokens.refused(tokens.current())
    assert tokens.current() == "token-2"
    assert tokens.refused("token-1"), "somebody replaced it meanwhile"
    assert not tokens.refused("token-2")
    issuer.now += 6
    assert tokens.refused("token-2")
    assert not FixedToken("fixed").refused("fixed")


@pytest.fixture
def line() -> Iterator[Sandbox]:
    with Sandbox.started(channel_secret=SECRET, channel_id=ID) as sandbox:
        yield sandbox


def _client(line: Sandbox, secret: str = SECRET) -> LineClient:
    url = line.url
    return LineClient(IssuedTokens(issue_with(ID, secret, api_url=url)), api_url=url, data_api_url=url)


def _key(number: int) -> str:
    return f"123e4567-e89b-12d3-a456-{number:012}"


@pytest.mark.net
def test_an_issued_token_sends_and_an_expired_one_is_replaced_within_the_call(line: Sandbox) -> None:
    client, chen = _client(line), line.person("chen")
    assert isinstance(client.push(chen, [TEXT], retry_key=_key(1)), Sent)
    line.advance(LIFE + 1)  # LINE's clock: ours has not noticed
    assert isinstance(client.push(chen, [TEXT], retry_key=_key(2)), Sent)
    assert line.counts()[chen] == 2


@pytest.mark.net
def test_while_line_issues_none_nothing_is_sent_and_it_may_be_tried_again(line: Sandbox) -> None:
    client, chen = _client(line), line.person("chen")
    line.fault("oauth.issue_token", status=500)
    assert client.push(chen, [TEXT], retry_key=_key(3)) == Unreachable(maybe_sent=False)
    assert isinstance(client.push(chen, [TEXT], retry_key=_key(3)), Sent)
    assert line.counts()[chen] == 1


@pytest.mark.net
def test_a_wrong_secret_gets_no_token_and_a_wrong_token_no_second_try(line: Sandbox) -> None:
    chen = line.person("chen")
    wrong = _client(line, "not-the-secret-0123456789")
    assert wrong.push(chen, [TEXT], retry_key=_key(4)) == Unreachable(maybe_sent=False)
    fixed = LineClient("made-up", api_url=line.url, data_api_url=line.url)
    answer = fixed.push(chen, [TEXT], retry_key=_key(5))
    assert isinstance(answer, Refused)
    assert answer.status == 401
    assert chen not in line.counts()
    assert not [one for one in line.journal() if SECRET in str(one)]


def test_the_settings_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINE_CHANNEL_ID", raising=False)
    url = "sqlite:///x.db"
    assert isinstance(tokens_of(Settings.load(env_file=None, NHI_DATABASE_URL=url)), FixedToken)
    issued = Settings.load(env_file=None, NHI_DATABASE_URL=url, LINE_CHANNEL_ID=ID)
    assert isinstance(tokens_of(issued), IssuedTokens)
