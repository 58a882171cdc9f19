"""Who may open which page. A view that does not say so cannot be registered: nothing is open by neglect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from flask import g, redirect, request, session, url_for
from werkzeug.exceptions import Forbidden

from bot.console.cookies import token_of
from nhi_core.domain.staff import StaffRole, Stage

if TYPE_CHECKING:
    from flask_wtf.csrf import CSRFProtect
    from werkzeug.wrappers import Response

    from nhi_core.services.staff_sign_in import SignInService

log = structlog.get_logger(__name__)

View = TypeVar("View", bound=Callable[..., Any])
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_ATTRIBUTE = "console_access"


@dataclass(frozen=True, slots=True)
class Access:
    """Which stage of a sign-in a view belongs to (None: any visitor), and which roles open it."""

    stage: Stage | None
    roles: frozenset[StaffRole] = frozenset()


def needs(*roles: StaffRole) -> Callable[[View], View]:
    """Open a view to staff who are signed in and hold one of these roles."""
    if not roles:
        raise TypeError("name the roles; `everybody` is for all of the staff")
    return _marked(Access(Stage.FULL, frozenset(roles)))


def everybody(view: View) -> View:
    """Open a view to all staff who are signed in."""
    return _marked(Access(Stage.FULL, frozenset(StaffRole)))(view)


def at_stage(stage: Stage) -> Callable[[View], View]:
    """Open a view to a sign-in that has come so far and no further."""
    return _marked(Access(stage))


def anybody(view: View) -> View:
    """Open a view without a sign-in."""
    return _marked(Access(None))(view)


def _marked(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, _ATTRIBUTE, access)
        return view

    return mark


def access_of(view: Callable[..., Any]) -> Access:
    """Return a view's access. Raises TypeError for a view that has none."""
    found = getattr(view, _ATTRIBUTE, None)
    if not isinstance(found, Access):
        raise TypeError(f"{view!r}: say with @needs who may open it")
    return found


class Gate:
    """Stands before every request of the console: forms are ours, the visitor is known, the role is right."""

    def __init__(self, sign_in: SignInService, csrf: CSRFProtect, access: Mapping[str, Access]) -> None:
        """`access` by endpoint, without the blueprint's name."""
        self._sign_in = sign_in
        self._csrf = csrf
        self._access = access

    def __call__(self) -> Response | None:
        """Let the request pass (None), or answer it. Raises Forbidden, CSRFError, StoreUnavailable."""
        g.visitor = None
        endpoint = (request.endpoint or "").partition(".")[2]
        if endpoint == "static":
            return None
        if request.method not in _SAFE:
            self._csrf.protect()
        g.visitor = self._sign_in.visitor(token_of(request))
        access = self._access[endpoint]
        if access.stage is None:
            return None
        if g.visitor is None or g.visitor.session.stage is not access.stage:
            return self._to_sign_in()
        if access.stage is Stage.FULL and not g.visitor.member.may(*access.roles):
            log.warning("console_forbidden", endpoint=endpoint, staff=g.visitor.member.id)
            raise Forbidden
        return None

    @staticmethod
    def _to_sign_in() -> Response:
        stage = None if g.visitor is None else g.visitor.session.stage
        if stage is None and request.method in _SAFE:
            session["next"] = request.full_path.rstrip("?")
        step = {Stage.CODE: "code", Stage.ENROL: "enrol", Stage.FULL: "dashboard"}
        return redirect(url_for(f"console.{'sign_in' if stage is None else step[stage]}"), code=303)
