"""Our rich menus, our LINE client and the LINE sandbox together."""

from __future__ import annotations

import dataclasses
from typing import cast

import pytest

from bot.line import LineClient
from bot.richmenus import assign, sync
from bot.richmenus.layouts import menus
from line_sandbox.config import SANDBOX_TOKEN
from line_sandbox.testing import Sandbox
from nhi_core.bootstrap import Core

pytestmark = pytest.mark.net


def test_line_takes_all_menus_and_moves_people_to_new_versions() -> None:
    with Sandbox.started(webhook_url="http://127.0.0.1:9/") as sandbox:
        line = LineClient(SANDBOX_TOKEN, api_url=sandbox.url, data_api_url=sandbox.url)
        chen = Sandbox.person("chen")
        assert len(sync(line).created) == 15
        assert len(sync(line).unchanged) == 15
        assign(line, cast("Core", None), chen, "bound", "vi")
        first = line.linked_rich_menu(chen)
        newer = [dataclasses.replace(menu, body={**menu.body, "selected": False}) for menu in menus()]
        assert len(sync(line, wanted=newer).removed) == 15
        second = line.linked_rich_menu(chen)
        assert second is not None
        assert second != first
