"""Rich menus, their pictures, aliases and who sees which."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from line_sandbox import ids
from line_sandbox.errors import LineError, not_found
from line_sandbox.media import image_info
from line_sandbox.validation.richmenu_rules import MAX_IMAGE_BYTES, image_problem

MAX_MENUS = 1000
MAX_ALIASES = 1000


@dataclass
class RichMenu:
    """One menu; its picture cannot be replaced once it is there."""

    menu_id: str
    body: dict[str, Any]
    image: bytes | None = None
    content_type: str = ""

    def view(self) -> dict[str, Any]:
        """JSON as GET /v2/bot/richmenu/{id}."""
        return {"richMenuId": self.menu_id, **self.body}


@dataclass
class RichMenus:
    """Callers hold the platform's lock."""

    menus: dict[str, RichMenu] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    default: str | None = None

    def create(self, body: dict[str, Any]) -> str:
        """Keep a checked menu; answers its id. LineError 400 beyond 1,000."""
        if len(self.menus) >= MAX_MENUS:
            raise LineError(400, "The number of rich menus has reached the limit")
        menu = RichMenu("richmenu-" + ids.new_id(""), body)
        self.menus[menu.menu_id] = menu
        return menu.menu_id

    def get(self, menu_id: str) -> RichMenu:
        """LineError 404 when unknown."""
        if menu_id not in self.menus:
            raise LineError(404, "richmenu not found")
        return self.menus[menu_id]

    def ready(self, menu_id: str) -> RichMenu:
        """A menu that may be shown: LineError 400 without a picture."""
        menu = self.get(menu_id)
        if menu.image is None:
            raise LineError(400, "must upload richmenu image before applying it to user")
        return menu

    def upload(self, menu_id: str, data: bytes, content_type: str) -> None:
        """Check and keep the picture. LineError 400, 404, 413 or 415."""
        menu = self.get(menu_id)
        if menu.image is not None:
            raise LineError(400, "An image has already been uploaded to the richmenu")
        if content_type not in {"image/jpeg", "image/png"}:
            raise LineError(415, "Unsupported media type")
        if len(data) > MAX_IMAGE_BYTES:
            raise LineError(413, "Request entity too large")
        info = image_info(data)
        if info is None or info[0] != content_type:
            raise LineError(400, "The image is invalid")
        said = image_problem(info[1], info[2], menu.body["size"])
        if said:
            raise LineError(400, said)
        menu.image, menu.content_type = data, content_type

    def delete(self, menu_id: str) -> None:
        """Forget a menu and every link to it. Raises LineError 404."""
        self.get(menu_id)
        del self.menus[menu_id]
        self.links = {user: menu for user, menu in self.links.items() if menu != menu_id}
        self.aliases = {alias: menu for alias, menu in self.aliases.items() if menu != menu_id}
        if self.default == menu_id:
            self.default = None

    def shown_to(self, user_id: str) -> RichMenu | None:
        """The user's own menu before the default one."""
        return self.menus.get(self.links.get(user_id) or self.default or "")

    def alias(self, alias_id: str) -> str:
        """Menu of an alias. LineError 404 when unknown."""
        if alias_id not in self.aliases:
            raise not_found()
        return self.aliases[alias_id]

    def create_alias(self, alias_id: str, menu_id: str) -> None:
        """LineError 400 for a menu without picture, a taken name or too many names."""
        self.ready(menu_id)
        if alias_id in self.aliases:
            raise LineError(400, "conflict richmenu alias id")
        if len(self.aliases) >= MAX_ALIASES:
            raise LineError(400, "The number of rich menu aliases has reached the limit")
        self.aliases[alias_id] = menu_id
