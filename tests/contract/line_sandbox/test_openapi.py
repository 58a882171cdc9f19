"""Our specification against LINE's published OpenAPI description, when that lies beside the repository."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from line_sandbox.validation.schema import files, validator

YML = Path(__file__).parents[4] / "shared" / "line-openapi" / "messaging-api.yml"
pytestmark = pytest.mark.skipif(
    not YML.exists(), reason="LINE's messaging-api.yml is not beside the repository"
)

# Described by LINE but used by no request of this product's kind.
NOT_REQUESTS = ("Response", "Coupon", "Membership", "Subscri", "Pnp", "Acquisition", "PriceInfo", "Sent")
# The yml names a keyword list, we write it as a pattern; or it is a shared base without own checks.
WRITTEN_OTHERWISE = {
    "FlexBoxBorderWidth", "FlexBoxCornerRadius", "FlexBoxSpacing", "FlexMargin", "FlexBoxPadding",
    "FlexImageSize", "FlexIconSize", "FlexTextFontSize", "FlexSpanSize", "FlexOffset",
    "TemplateImageAspectRatio", "TemplateImageSize", "AgeDemographic", "AppTypeDemographic",
    "AreaDemographic", "GenderDemographic", "SubscriptionPeriodDemographic", "NotificationDisabled",
    "QuotaType", "RichMenuBatchProgressPhase", "ErrorDetail", "ChatReference", "MarkMessagesAsReadRequest",
}  # fmt: skip
JSON_TYPES = {"string": "", "integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}


@cache
def theirs() -> dict[str, Any]:
    schemas: dict[str, Any] = yaml.safe_load(YML.read_text("utf-8"))["components"]["schemas"]
    return schemas


def ours() -> dict[str, tuple[str, dict[str, Any]]]:
    return {name: (file, d) for file, content in files().items() for name, d in content["$defs"].items()}


def flat(name: str) -> dict[str, Any]:
    """properties, required and discriminator mapping of a yml schema with its bases merged in."""
    schema = theirs()[name]
    whole: dict[str, Any] = {"properties": {}, "required": set(), "mapping": {}}
    for piece in schema.get("allOf", [schema]):
        if "$ref" in piece:
            base = flat(piece["$ref"].rsplit("/", 1)[-1])
            whole["properties"] |= base["properties"]
            whole["required"] |= base["required"]
        else:
            whole["properties"] |= piece.get("properties", {})
            whole["required"] |= set(piece.get("required", []))
            whole["mapping"] |= piece.get("discriminator", {}).get("mapping", {})
    return whole


def target(prop: dict[str, Any]) -> dict[str, Any]:
    """A yml property with its $ref followed."""
    ref = prop.get("$ref")
    return theirs()[ref.rsplit("/", 1)[-1]] if ref else prop


def known() -> list[str]:
    return sorted(set(ours()) & set(theirs()))


def test_every_request_object_of_line_is_specified() -> None:
    wanted = {n for n in theirs() if not any(part in n for part in NOT_REQUESTS)} - WRITTEN_OTHERWISE
    assert wanted - set(ours()) == set()
    assert len(known()) > 80


@pytest.mark.parametrize("name", known() if YML.exists() else [])
def test_same_properties_and_at_least_the_same_required(name: str) -> None:
    _, mine = ours()[name]
    their = flat(name)
    if "byType" in mine:
        names = {kind: ref["$ref"].rsplit("/", 1)[-1] for kind, ref in mine["byType"].items()}
        mapping = {kind: ref.rsplit("/", 1)[-1] for kind, ref in their["mapping"].items()}
        assert names == mapping
        return
    assert set(mine["properties"]) == set(their["properties"])
    assert their["required"] <= set(mine.get("required", []))
    assert mine["additionalProperties"] is False


def properties() -> list[tuple[str, str]]:
    return [
        (name, prop)
        for name in known()
        if "byType" not in ours()[name][1]
        for prop in flat(name)["properties"]
        if prop != "type"
    ]


def complaints(name: str, prop: str, value: Any) -> list[str]:
    """What our schema of one property says against a value, at its own level."""
    file, definition = ours()[name]
    found = validator(name, file).iter_errors({**_kind(definition), prop: value})
    return [e.message for e in found if list(e.absolute_path) == [prop]]


def _kind(definition: dict[str, Any]) -> dict[str, Any]:
    kind = definition["properties"].get("type", {}).get("const")
    return {"type": kind} if kind else {}


@pytest.mark.parametrize(("name", "prop"), properties() if YML.exists() else [])
def test_same_types_enums_and_bounds(name: str, prop: str) -> None:
    their = target(flat(name)["properties"][prop])
    kind = their.get("type", "object")
    for other, value in JSON_TYPES.items():
        fits = other == kind or {other, kind} == {"integer", "number"}
        said = "invalid property" in complaints(name, prop, value) if not fits else False
        assert fits or said, f"{name}.{prop} takes a {other}"
    for value in their.get("enum", []):
        assert complaints(name, prop, value) == [], value
    if "maxLength" in their:
        assert complaints(name, prop, "x" * (their["maxLength"] + 1))
    if "maxItems" in their:
        assert any("Size" in said for said in complaints(name, prop, [None] * (their["maxItems"] + 1)))
    if their.get("minItems", 0) > 0:
        assert any("Size" in said for said in complaints(name, prop, []))
    for bound, value in (("minimum", -1), ("maximum", 1)):
        if bound in their and name != "RichMenuSize":  # ours is narrower there, by the written reference
            assert complaints(name, prop, their[bound]) == [], bound
            assert complaints(name, prop, their[bound] + value), bound


@pytest.mark.parametrize(
    ("schema", "prop"),
    [
        ("FlexBoxBorderWidth", "borderWidth"),
        ("FlexBoxCornerRadius", "cornerRadius"),
        ("FlexBoxSpacing", "spacing"),
        ("FlexMargin", "margin"),
        ("FlexBoxPadding", "paddingAll"),
        ("FlexOffset", "offsetTop"),
    ],
)
def test_box_keywords_fit_our_patterns(schema: str, prop: str) -> None:
    for value in theirs()[schema]["enum"]:
        assert complaints("FlexBox", prop, value) == [], value


@pytest.mark.parametrize(
    ("schema", "component"),
    [("FlexImageSize", "FlexImage"), ("FlexIconSize", "FlexIcon"), ("FlexTextFontSize", "FlexText"),
     ("FlexSpanSize", "FlexSpan")],
)  # fmt: skip
def test_size_keywords_fit_our_patterns(schema: str, component: str) -> None:
    for value in theirs()[schema]["enum"]:
        assert complaints(component, "size", value) == [], value


def test_every_area_of_the_demographic_filter_fits() -> None:
    for area in theirs()["AreaDemographic"]["enum"]:
        body = {
            "messages": [{"type": "text", "text": "x"}],
            "filter": {"demographic": {"type": "area", "oneOf": [area]}},
        }
        assert list(validator("NarrowcastRequest", "requests").iter_errors(body)) == [], area
