"""What the suites of all gateways share: each gateway in turn, with its stand-in behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.payments.rigs import JkoRig, LineRig, Rig, SandboxRig
from tests.fakes.gateways import FakeJko, FakeLinePay, serving


@pytest.fixture(params=["sandbox", "line_pay", "jkopay"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    if request.param == "sandbox":
        yield SandboxRig()
    elif request.param == "line_pay":
        line = FakeLinePay()
        with serving(line.app) as base:
            yield LineRig(base, line)
    else:
        jko = FakeJko()
        with serving(jko.app) as base:
            yield JkoRig(base, jko)
