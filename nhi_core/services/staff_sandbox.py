"""The console's made-up staff, with published passwords and authenticators. Production never lets them in."""

from __future__ import annotations

from nhi_core import sandbox
from nhi_core.domain.staff import Credentials, StaffMember, StaffRole
from nhi_core.ports import Clock, UnitOfWorkFactory
from nhi_core.ports_staff import Passwords


def seed_staff(uow: UnitOfWorkFactory, clock: Clock, passwords: Passwords) -> int:
    """Add whoever is not there yet; return how many. Sandbox only."""
    with uow() as work:
        missing = [name for name in sandbox.STAFF if work.staff.by_username(name) is None]
    hashed = passwords.hash(sandbox.STAFF_PASSWORD) if missing else ""
    with uow() as work:
        for username in missing:
            roles = frozenset(role for role in StaffRole if username in (role.value, "chief"))
            member = StaffMember(
                id=f"sandbox-{username}",
                username=username,
                name=sandbox.STAFF[username],
                roles=roles,
                active=True,
                created_at=clock.now(),
                sandbox=True,
            )
            secret = sandbox.totp_secret_for(username)
            work.staff.add(member, Credentials(hashed, secret, totp_confirmed=True, totp_step=None))
        work.commit()
    return len(missing)
