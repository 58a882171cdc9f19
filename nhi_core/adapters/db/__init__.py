"""The database: tables, repositories, unit of work, migrations. The only importer of SQLAlchemy."""

from nhi_core.adapters.db import tables_eslips as tables_eslips
from nhi_core.adapters.db import tables_evaluation as tables_evaluation
from nhi_core.adapters.db import tables_imports as tables_imports
from nhi_core.adapters.db import tables_instalments as tables_instalments
from nhi_core.adapters.db import tables_kiosks as tables_kiosks
from nhi_core.adapters.db import tables_ledger as tables_ledger  # its tables belong to the metadata
from nhi_core.adapters.db import tables_notices as tables_notices
from nhi_core.adapters.db import tables_offices as tables_offices
from nhi_core.adapters.db import tables_payments as tables_payments
from nhi_core.adapters.db import tables_privacy as tables_privacy
from nhi_core.adapters.db import tables_promotion as tables_promotion
from nhi_core.adapters.db import tables_reminders as tables_reminders
from nhi_core.adapters.db import tables_retention as tables_retention
from nhi_core.adapters.db import tables_satisfaction as tables_satisfaction
from nhi_core.adapters.db import tables_staff as tables_staff
from nhi_core.adapters.db.engine import Engine, make_engine, ping
from nhi_core.adapters.db.migrate import MigrationState, migrate, migration_state
from nhi_core.adapters.db.reseal import ResealReport, reseal, stale_values
from nhi_core.adapters.db.retention import SqlRetentionRuns, sql_keepers
from nhi_core.adapters.db.sealing import ColumnSealer
from nhi_core.adapters.db.unit_of_work import SqlUnitOfWork, SqlUnitOfWorkFactory
from nhi_core.adapters.db.workload import read_workload

__all__ = [
    "ColumnSealer",
    "Engine",
    "MigrationState",
    "ResealReport",
    "SqlRetentionRuns",
    "SqlUnitOfWork",
    "SqlUnitOfWorkFactory",
    "make_engine",
    "migrate",
    "migration_state",
    "ping",
    "read_workload",
    "reseal",
    "sql_keepers",
    "stale_values",
]
