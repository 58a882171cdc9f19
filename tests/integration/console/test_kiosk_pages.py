"""The list of kiosks: filters, files, enrolling, revoking."""

from __future__ import annotations

import csv
import io
import json

from openpyxl import load_workbook

from nhi_core.security.device_keys import new_device_key
from tests.integration.console.conftest import Desk


def test_a_kiosk_is_enrolled_with_a_key_that_is_shown_once(desk: Desk) -> None:
    admin = desk.as_("admin")
    answer = admin.post("/console/kiosks/enrol", {"name": "大廳 1", "office": "KH-FENGSHAN"})
    assert "private_key" in answer.text
    [kiosk] = desk.core.kiosks.all()
    assert (kiosk.name, kiosk.office) == ("大廳 1", "KH-FENGSHAN")
    assert "private_key" not in admin.get(f"/console/kiosks/{kiosk.id}").text


def test_a_kiosk_with_its_own_key_gets_none(desk: Desk) -> None:
    _private, public = new_device_key()
    answer = desk.as_("admin").post("/console/kiosks/enrol", {"name": "大廳 2", "public_key": public})
    assert answer.status_code == 200
    assert "private_key" not in answer.text


def test_revoking_names_who_did_it(desk: Desk) -> None:
    _private, public = new_device_key()
    kiosk = desk.core.kiosks.enrol("大廳", "", public)
    desk.as_("admin").post(f"/console/kiosks/{kiosk.id}/revoke")
    assert desk.core.kiosks.find(kiosk.id).revoked_at is not None
    assert "已停用" in desk.as_("admin").get("/console/kiosks").text


def test_the_list_filters_pages_and_becomes_files(desk: Desk) -> None:
    _private, public = new_device_key()
    for number in range(30):
        desk.core.kiosks.enrol(f"機台 {number:02}", "=HYPERLINK(1)", public)
        desk.clock.advance(minutes=1)
    admin = desk.as_("admin")
    first = admin.get("/console/kiosks").text
    assert "共 30 筆" in first
    assert "第 1 頁，共 2 頁" in first
    assert "機台 29" in first
    assert "機台 00" not in first
    assert "機台 00" in admin.get("/console/kiosks?page=2").text
    assert "沒有符合的資料" in admin.get("/console/kiosks?standing=well").text

    sheet = admin.get("/console/kiosks?as=csv")
    rows = list(csv.reader(io.StringIO(sheet.data.decode("utf-8-sig"))))
    assert len(rows) == 31
    assert rows[1][1] == "'=HYPERLINK(1)"

    book = load_workbook(io.BytesIO(admin.get("/console/kiosks?as=xlsx").data))
    cell = book.active["B2"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")


def test_an_export_is_recorded(desk: Desk) -> None:
    desk.as_("admin").get("/console/kiosks?as=csv")
    with desk.core.uow() as uow:
        rows = uow.audit._connection.exec_driver_sql(  # type: ignore[attr-defined]
            "SELECT staff, detail FROM audit_events WHERE event = 'console_exported'"
        ).all()
    assert [(staff, json.loads(detail)["list"]) for staff, detail in rows] == [("sandbox-admin", "kiosks")]
