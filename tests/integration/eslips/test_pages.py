"""The e-slip pages: for the person bound now, from our own forms, in five languages, locked down."""

from __future__ import annotations

import io
import re

import polib  # type: ignore[import-untyped]  # ships no types
import pytest
from pypdf import PdfReader

from bot.rendering.catalogue import PLACEHOLDER, po_path
from bot.slips.words import text
from nhi_core.domain.bills import BillKind
from nhi_core.wire import LANGUAGES
from tests.factories.domain import make_bill, make_person
from tests.integration.eslips.conftest import ADDRESS, PASSWORD, Web

languages = pytest.mark.parametrize("language", LANGUAGES)


def test_the_whole_way(web: Web) -> None:
    page = web.follow(web.ask())
    assert "si***@mail.example" in page
    done = web.follow(web.send(page, "/code", code=web.code()))
    assert text("en", "done.title") in done
    assert "Oct 2026" in done
    assert text("en", "form.change") in web.see(web.link())


@languages
def test_every_page_speaks_every_language(web: Web, language: str) -> None:
    page = web.see(web.link(language))
    assert f'<html lang="{language}">' in page
    for key in ("title", "lead", "form.send", "hint.password", "safety"):
        assert text(language, key) in page
    code = web.follow(web.ask(page))
    assert f'<html lang="{language}">' in code
    assert text(language, "code.title") in code
    assert text(language, "code.junk") in code
    slip = web.see(web.link(language, part="slip"))
    for key in ("slip.title", "slip.once", "slip.get"):
        assert text(language, key) in slip


def test_the_pages_are_locked_down(web: Web) -> None:
    answer = web.browser.get(web.link())
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "Set-Cookie" not in answer.headers
    page = answer.get_data(as_text=True)
    assert "<script" not in page
    assert "style=" not in page


def test_every_field_has_a_label_and_its_hint_and_error(web: Web) -> None:
    wrong = web.ask(email="nowhere", again=PASSWORD)
    assert wrong.status_code == 422
    page = wrong.get_data(as_text=True)
    names = re.findall(r'<input id="(\w+)"', page)
    assert names == ["email", "password", "again"]
    for name in names:
        assert f'<label for="{name}">' in page
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="email-hint email-error"' in page
    assert 'role="alert"' in page
    assert '<a href="#email">' in page, "the summary leads to the field"
    assert f"<title>{text('en', 'error.title')}" in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'aria-describedby="([^"]+)"', page):
        assert set(target.split()) <= set(ids)


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"email": "nowhere"}, "email"),
        ({"password": "short", "again": "short"}, "password"),
        ({"again": "another-one-7"}, "again"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    web: Web, values: dict[str, str], error: str
) -> None:
    answer = web.ask(**values)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert text("en", f"error.{error}") in page
    assert f'value="{values.get("email", ADDRESS)}"' in page
    # A password is never sent back.
    assert PASSWORD not in page
    assert not web.folder.exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_can_be_changed_under_an_error_too(web: Web, language: str) -> None:
    page = web.ask(email="nowhere").get_data(as_text=True)
    found = re.search(rf'href="([^"]+)" lang="{language}"', page)
    assert found
    assert text(language, "form.send") in web.see(found[1].replace("&amp;", "&"))


def test_what_is_typed_is_shown_as_text(web: Web) -> None:
    page = web.ask(email='"><script>alert(1)</script>@x').get_data(as_text=True)
    assert "<script" not in page


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)
def test_another_sites_form_is_not_taken(web: Web, headers: dict[str, str]) -> None:
    page = web.see(web.link())
    guard = re.search(r'name="form" value="([^"]+)"', page)
    assert guard
    path = web.link().partition("?")[0]
    data = {"form": guard[1], "email": ADDRESS, "password": PASSWORD, "again": PASSWORD, "lang": "en"}
    answer = web.browser.post(f"{path}/address", data=data, headers=headers)
    assert answer.status_code == 422
    assert text("en", "error.form") in answer.get_data(as_text=True)
    assert not web.folder.exists()


@pytest.mark.parametrize("action", ["address", "code", "again", "slip.pdf"])
def test_a_form_without_its_token_or_with_another_pages_is_not_taken(web: Web, action: str) -> None:
    page = web.follow(web.ask())
    web.code()
    path = page.split('action="')[1].split("/code")[0]
    web.clock.advance(minutes=1)
    other = re.search(r'name="form" value="([^"]+)"', web.see(web.link()))
    assert other
    before = len(web.letters())
    for field in ({}, {"form": "rubbish"}, {"form": other[1]}):
        typed = {"email": ADDRESS, "password": PASSWORD, "again": PASSWORD, "code": web.code()}
        data = {**typed, "lang": "en", **field}
        answer = web.browser.post(f"{path}/{action}", data=data)
        assert answer.status_code == 422
        assert text("en", "error.form") in answer.get_data(as_text=True)
    assert len(web.letters()) == before
    assert not web.core.eslips.offer("account", "en").subscribed


def test_a_link_ends_after_a_quarter_of_an_hour(web: Web) -> None:
    link, page = web.link(), web.see(web.link())
    web.clock.advance(minutes=15)
    assert web.browser.get(link).status_code == 410
    answer = web.ask(page)
    assert answer.status_code == 410
    assert text("en", "over.title") in answer.get_data(as_text=True)
    for path in ("/eslip/rubbish", "/eslip/a.1.b.c/code", "/eslip/rubbish/slip"):
        assert web.browser.get(path).status_code == 410


def test_after_the_binding_changed_the_link_shows_and_takes_nothing(web: Web) -> None:
    page = web.follow(web.ask())
    code = web.code()
    slip = web.see(web.link(part="slip"))
    web.till.rebind(make_person(key="another"))
    for answer in (
        web.send(page, "/code", code=code),
        web.send(page, "/again"),
        web.send(slip, "/slip.pdf", password=PASSWORD, again=PASSWORD),
    ):
        assert answer.status_code == 410
        assert "mail.example" not in answer.get_data(as_text=True)
    assert not web.core.eslips.offer("account", "en").subscribed


def test_wrong_codes_are_counted_down(web: Web) -> None:
    page = web.follow(web.ask())
    good = web.code()
    wrong = f"{(int(good) + 1) % 10**6:06d}"
    for left in (4, 3, 2, 1):
        answer = web.send(page, "/code", code=wrong)
        assert text("en", "error.code", {"n": left}) in answer.get_data(as_text=True)
    assert text("en", "error.code_over") in web.send(page, "/code", code=wrong).get_data(as_text=True)
    assert text("en", "error.code_over") in web.send(page, "/code", code=good).get_data(as_text=True)
    fresh = web.follow(web.send(page, "/again"))
    assert text("en", "code.sent") in fresh
    assert text("en", "done.title") in web.follow(web.send(fresh, "/code", code=f" {web.code()} "))


def test_too_many_letters_are_refused(web: Web) -> None:
    page = web.follow(web.ask())
    for _ in range(4):
        page = web.follow(web.send(page, "/again"))
    answer = web.send(page, "/again")
    assert answer.status_code == 429
    assert text("en", "error.limit") in answer.get_data(as_text=True)


def test_without_a_subscription_the_file_opens_with_a_password_of_its_own(web: Web) -> None:
    page = web.see(web.link(part="slip"))
    assert "NT$3,304" in page
    assert web.send(page, "/slip.pdf", password=PASSWORD, again="other").status_code == 422
    assert web.send(page, "/slip.pdf", password="short", again="short").status_code == 422
    answer = web.send(page, "/slip.pdf", password=PASSWORD, again=PASSWORD)
    assert answer.mimetype == "application/pdf"
    assert "attachment" in answer.headers["Content-Disposition"]
    reader = PdfReader(io.BytesIO(answer.data))
    assert reader.is_encrypted
    assert reader.decrypt(PASSWORD)
    assert "NT$3,304" in reader.pages[0].extract_text()
    assert web.core.eslips.page(web.link().split("/")[2].partition("?")[0]).standings == (), "nothing is kept"


def test_with_a_subscription_its_password_opens_the_file(web: Web) -> None:
    web.subscribe()
    page = web.see(web.link(part="slip"))
    assert text("en", "slip.kept") in page
    assert 'type="password"' not in page
    reader = PdfReader(io.BytesIO(web.send(page, "/slip.pdf").data))
    assert reader.decrypt(PASSWORD)


def test_a_unit_has_its_own_form_and_slip(web: Web) -> None:
    with web.till.store() as uow:
        uow.bills.add_all([make_bill(9000, web.clock.today().replace(day=30), kind=BillKind.UNIT)])
        uow.commit()
    own = web.see(web.link())
    assert text("en", "switch.unit") in own
    page = web.see(web.link() + "&holder=unit")
    assert text("en", "field.unit") in page
    assert 'type="password"' not in page
    assert web.send(page, "/address", email=ADDRESS, password="12345").status_code == 422
    code = web.follow(web.send(page, "/address", email=ADDRESS, password="110027220"))
    assert text("en", "done.title") in web.follow(web.send(code, "/code", code=web.code()))
    slips = web.see(web.link(part="slip"))
    assert slips.count("/slip.pdf") == 2
    answer = web.send(slips, "/slip.pdf", holder="unit")
    assert PdfReader(io.BytesIO(answer.data)).decrypt("110027220")


def test_with_nothing_to_pay_there_is_no_file(web: Web) -> None:
    path = web.link(part="slip")
    with web.till.store() as uow:
        uow.bills.replace("payer", bills=[], payments=[], plans=[])
        uow.commit()
    assert text("en", "slip.none") in web.see(path)


@languages
def test_texts_are_complete_and_alike(language: str) -> None:
    def texts(one: str) -> dict[str, str]:
        return {entry.msgid: entry.msgstr for entry in polib.pofile(str(po_path(one, "eslip")))}

    mine, reference = texts(language), texts("zh-TW")
    assert mine.keys() == reference.keys()
    for key, value in mine.items():
        assert value, key
        assert set(PLACEHOLDER.findall(value)) == set(PLACEHOLDER.findall(reference[key])), key
