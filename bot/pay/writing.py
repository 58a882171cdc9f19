"""Fills the pages: which words, which ways to pay, in which order."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import render_template

from bot.pay.drawing import code39, qr
from bot.pay.words import words
from bot.rendering import formats
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.payment import OrderState
from nhi_core.domain.payment_channels import BY_KEY, CHANNELS, Channel, Way
from nhi_core.services.payments import PayView
from nhi_core.wire import LANGUAGES

if TYPE_CHECKING:
    from nhi_core.bootstrap import Core

NAMES = {"zh-TW": "中文", "en": "English", "id": "Indonesia", "vi": "Tiếng Việt", "th": "ไทย"}


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to pay as the page lists it. `blocked`: it cannot take this amount."""

    channel: Channel
    name: str
    about: str
    fee: str
    blocked: str | None


class Writer:
    """Writes every page but the sandbox gateway's."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def order(self, view: PayView, token: str, language: str, *, note: str | None) -> str:
        """Return the page of an order, whatever state it is in."""
        pending = view.pending
        state = "pending" if pending is not None else view.state.value
        return self._fill(
            "order.html",
            language,
            here=f"/pay/{token}",
            state=state,
            view=view,
            note=note,
            rows=[
                (formats.month(claim.month.iso, language), claim.premium, claim.late_fee)
                for claim in view.claims
            ],
            until=_clock_time(view.expires_at),
            offers=self._offers(view, language) if view.state is OrderState.OPEN else (),
            channel=words(language).text(f"channel.{view.channel}") if view.channel else "",
            pending_url=pending.redirect_url if pending else None,
            posted_by=formats.day(view.posted_by.isoformat(), language) if view.posted_by else "",
        )

    def hand_off(self, order_id: str, token: str, channel: str, language: str) -> str | None:
        """Return the page with barcodes or the QR; None when there is nothing to show."""
        here = f"/pay/{token}"
        if channel == "store" and (slip := self._core.hand_offs.store(order_id)) is not None:
            codes = [(segment, code39(segment)) for segment in slip.barcode.segments]
            day = formats.day(slip.until.isoformat(), language)
            return self._fill("store.html", language, here=here, amount=slip.amount, until=day, codes=codes)
        if channel == "twqr" and (bill := self._core.hand_offs.qr(order_id)) is not None:
            return self._fill(
                "twqr.html",
                language,
                here=here,
                amount=bill.amount,
                until=_clock_time(bill.until),
                code=qr(bill.address),
                address=bill.address,
            )
        return None

    def plain(self, state: str, language: str) -> str:
        """Return a page that says one thing: the link is over, or we are not there."""
        return self._fill("plain.html", language, here="", state=state)

    def _offers(self, view: PayView, language: str) -> tuple[Offer, ...]:
        text = words(language).text
        found = []
        own = self._core.hand_offs.offered_for(view.order_id)
        for channel in CHANNELS:
            if not self._has(channel, own):
                continue
            fee = text("fee.varies")
            if channel.fee is not None:
                fee = text("fee.some", {"amount": self._money(channel.fee, language)})
                fee = fee if channel.fee else text("fee.none")
            limit = None
            if not channel.takes(view.amount):
                limit = text("limit", {"amount": self._money(channel.limit or 0, language)})
            found.append(
                Offer(channel, text(f"channel.{channel.key}"), text(f"about.{channel.key}"), fee, limit)
            )
        return tuple(found)

    def _has(self, channel: Channel, own: AbstractSet[str]) -> bool:
        if channel.way is Way.GATEWAY:
            return channel.key in self._core.payment_means.providers
        if channel.way in (Way.QR, Way.BARCODE):
            return channel.key in own
        return True

    def _fill(self, template: str, language: str, **values: Any) -> str:
        catalogue = words(language)

        def t(key: str, args: Mapping[str, Any] | None = None) -> str:
            return catalogue.text(key, args)

        return render_template(
            f"pay/{template}",
            t=t,
            money=lambda amount: self._money(amount, language),
            language=language,
            languages=[(code, NAMES[code]) for code in LANGUAGES],
            sandbox=not self._core.settings.production,
            phone=self._core.settings.office_phone,
            dial=formats.dial(self._core.settings.office_phone),
            posting_days=BY_KEY["counter"].posting_days,
            **values,
        )

    @staticmethod
    def _money(amount: int, language: str) -> str:
        return formats.money(amount, language)


def _clock_time(moment: datetime) -> str:
    return f"{moment.astimezone(TAIPEI):%H:%M}"
