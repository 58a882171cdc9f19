"""Writes the supervisor's configuration for one stack."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

# Those that others need come first; the supervisor starts by priority and restarts whatever dies.
PRIORITY = {"redis": 1, "sandbox": 2, "actions": 3, "rasa": 4, "web": 5, "worker": 6, "beat": 7, "kiosk": 8}

HEAD = """\
[unix_http_server]
file={folder}/supervisor.sock
chmod=0600

[supervisord]
logfile={folder}/log/supervisord.log
pidfile={folder}/supervisord.pid
nodaemon=true
childlogdir={folder}/log
directory={cwd}
user={user}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://{folder}/supervisor.sock
"""

PROGRAM = """
[program:{name}]
command={command}
directory={cwd}
environment={environment}
priority={priority}
autorestart=true
startsecs=1
startretries=20
stopasgroup=true
killasgroup=true
stopwaitsecs=8
redirect_stderr=true
stdout_logfile={folder}/log/{name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=1
"""


def _percent(text: str) -> str:
    """Percent signs are the configuration's own escapes."""
    return text.replace("%", "%%")


def configuration(
    folder: Path,
    commands: Mapping[str, tuple[list[str], dict[str, str]]],
    *,
    cwd: Path,
    user: str | None = None,
) -> str:
    """Return the text of supervisord.conf. `commands`: name → (words, environment)."""
    head = HEAD.format(folder=folder, cwd=cwd, user=user or "")
    head = head if user else head.replace("user=\n", "")
    parts = [head]
    for name, (words, env) in commands.items():
        quoted = ",".join(f'{key}="{_percent(value)}"' for key, value in sorted(env.items()))
        parts.append(
            PROGRAM.format(
                name=name,
                command=_percent(shlex.join(words)),
                cwd=cwd,
                environment=quoted,
                priority=PRIORITY.get(name, 9),
                folder=folder,
            )
        )
    return "".join(parts)
