"""The core's own verbs."""

from __future__ import annotations

import click

from nhi_core.cli.backup import backup
from nhi_core.cli.bindings import bindings
from nhi_core.cli.codes import bind_code, people, seed
from nhi_core.cli.database import database
from nhi_core.cli.doctor import doctor
from nhi_core.cli.evaluation import evaluation, quality
from nhi_core.cli.imports import imports
from nhi_core.cli.instalments import instalments
from nhi_core.cli.keys import keys
from nhi_core.cli.kiosks import kiosk
from nhi_core.cli.mail import mail
from nhi_core.cli.offices import clerk_code, clerks, editor_code, group_code, groups, offices
from nhi_core.cli.privacy import privacy
from nhi_core.cli.reminders import reminders
from nhi_core.cli.retention import retention
from nhi_core.cli.show import show_settings
from nhi_core.cli.staff import staff


def register(group: click.Group) -> None:
    """Add the core's verbs to the one command."""
    for verb in (
        database,
        seed,
        people,
        bind_code,
        clerk_code,
        editor_code,
        group_code,
        offices,
        evaluation,
        quality,
        clerks,
        groups,
        instalments,
        keys,
        mail,
        doctor,
        show_settings,
        imports,
        reminders,
        retention,
        kiosk,
        bindings,
        backup,
        privacy,
        staff,
    ):
        group.add_command(verb)
