"""Fills the e-slip pages; their frame is the payment pages'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import render_template

from bot.pay.writing import NAMES
from bot.rendering import formats
from bot.slips.guard import FormGuard
from bot.slips.words import text
from nhi_core.domain.eslip import EslipState, Holder
from nhi_core.services.eslip_content import SlipContent
from nhi_core.services.eslip_views import EslipPage
from nhi_core.wire import LANGUAGES

if TYPE_CHECKING:
    from nhi_core.bootstrap import Core

# The field that an error is about; the others are about the whole form.
_FIELD_OF = {"email": "email", "password": "password", "again": "again", "unit": "password", "code": "code"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is to be put right: the field's id (None: the whole form) and the sentence."""

    field: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Offer:
    """One slip as its page lists it. `kept`: the confirmed password opens it."""

    holder: Holder
    total: int
    until: str
    kept: bool
    fault: Fault | None


class Writer:
    """Writes the pages."""

    def __init__(self, core: Core, guard: FormGuard) -> None:
        self._core = core
        self._guard = guard

    def address(
        self,
        view: EslipPage,
        token: str,
        language: str,
        *,
        holder: Holder,
        error: str | None,
        email: str,
        done: bool,
    ) -> str:
        """Return the page with what is in force and the form."""
        confirmed = view.of(holder, EslipState.CONFIRMED)
        return self._fill(
            "address.html",
            language,
            token,
            holder=holder,
            other=_other(holder) if view.units or holder is Holder.UNIT else None,
            confirmed=confirmed,
            requested=view.of(holder, EslipState.REQUESTED),
            since=_month(confirmed.first_slip if confirmed else None, language),
            reaches=_month(view.reaches, language),
            fault=self._fault(error, language),
            email=email,
            done=done and confirmed is not None,
        )

    def code(
        self,
        view: EslipPage,
        token: str,
        language: str,
        *,
        holder: Holder,
        error: str | None,
        left: int,
        sent: bool,
    ) -> str | None:
        """Return the page with the form for the code; None when no address waits for one."""
        requested = view.of(holder, EslipState.REQUESTED)
        if requested is None:
            return None
        return self._fill(
            "code.html",
            language,
            token,
            holder=holder,
            email=requested.email_masked,
            fault=self._fault(error, language, n=left),
            sent=sent,
            files=not self._core.settings.production and self._core.settings.smtp_url is None,
        )

    def slips(
        self,
        slips: tuple[tuple[SlipContent, bool], ...],
        token: str,
        language: str,
        *,
        wrong: Holder | None,
        error: str | None,
    ) -> str:
        """Return the page with the slips of today."""
        fault = self._fault(error, language)
        offers = [
            Offer(
                content.holder,
                content.total,
                formats.day(content.until.isoformat(), language),
                kept,
                fault if content.holder is wrong else None,
            )
            for content, kept in slips
        ]
        return self._fill("slip.html", language, token, offers=offers, fault=fault)

    def plain(self, state: str, language: str) -> str:
        """Return a page that says one thing: the link is over, or we are not there."""
        return self._fill("plain.html", language, "", state=state)

    def _fault(self, error: str | None, language: str, **args: object) -> Fault | None:
        if error is None:
            return None
        return Fault(_FIELD_OF.get(error), text(language, f"error.{error}", args))

    def _fill(self, template: str, language: str, token: str, **values: Any) -> str:
        def t(key: str, args: Mapping[str, Any] | None = None) -> str:
            return text(language, key, args)

        phone = self._core.settings.office_phone
        return render_template(
            f"eslip/{template}",
            t=t,
            money=partial(formats.money, language=language),
            language=language,
            languages=[(code, NAMES[code]) for code in LANGUAGES],
            sandbox=not self._core.settings.production,
            phone=phone,
            dial=formats.dial(phone),
            here=f"/eslip/{token}" if token else "",
            guard=self._guard.field(token) if token else "",
            **values,
        )


def _other(holder: Holder) -> Holder:
    return Holder.PERSON if holder is Holder.UNIT else Holder.UNIT


def _month(iso: str | None, language: str) -> str:
    return formats.month(iso, language) if iso else ""
