"""What the harness tells its generating processes, and what it hears: JSON over standard input and output.

Apart from them, because they let gevent replace the sockets of the process that imports them.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Order:
    """`text` is what everybody says. The seed chooses who speaks and when."""

    port: int
    path: str
    secret: str
    rate: float
    seconds: float
    persons: int = 5000
    text: str = "我還欠多少健保費？"
    seed: int = 1


@dataclass
class Sent:
    """`ms`: of each answered request, from when it was due; `late`: how far behind we were ourselves."""

    ms: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    wall: float = 0.0
    cpu: float = 0.0
    late: float = 0.0


@dataclass
class Shift:
    """Who works how long on what."""

    host: str
    cookie: str
    pages: list[str]
    clerks: int = 10
    seconds: float = 15.0
