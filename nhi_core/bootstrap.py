"""Puts the product together from its settings. Every process starts here; tests replace parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog
from redis import Redis

from nhi_core.adapters.calendar import DEFAULT_OVERRIDES, TaiwanCalendar
from nhi_core.adapters.clock import SystemClock, SystemIds
from nhi_core.adapters.db import (
    ColumnSealer,
    Engine,
    SqlRetentionRuns,
    SqlUnitOfWorkFactory,
    make_engine,
    read_workload,
    sql_keepers,
)
from nhi_core.adapters.db import ping as ping_database
from nhi_core.adapters.db.bulk_imports import SqlImports
from nhi_core.adapters.evaluation import schemes
from nhi_core.adapters.files import PROMOTION, UPLOADS, DirectorySpool, DirectoryStore, PillowCleaner
from nhi_core.adapters.identity import staff_identity, web_identity
from nhi_core.adapters.mail import make_mailer
from nhi_core.adapters.payments import PaymentMeans, payment_means
from nhi_core.adapters.premiums.files.source import FileSource
from nhi_core.adapters.redis import RedisForgetter, RedisKeyKeeper, RedisLimiter, RedisVault, connect
from nhi_core.adapters.redis import ping as ping_redis
from nhi_core.domain.calendar import GraceModel
from nhi_core.domain.late_fee import FeePolicy
from nhi_core.domain.reminder_days import ReminderRules
from nhi_core.domain.reminders import QuietHours
from nhi_core.health import HealthService
from nhi_core.ports import Clock, Fingerprints, Ids, Limiter, UnitOfWorkFactory, Vault, WorkingDays
from nhi_core.ports_files import ContentStore, PictureCleaner
from nhi_core.ports_operations import Workload
from nhi_core.security import KeyedFingerprints, KeyRings, Sealer, Signer
from nhi_core.security.passwords import ArgonPasswords
from nhi_core.security.timecodes import SandboxTotp, Totp
from nhi_core.services.account_links import AccountLinks, LinkAddresses
from nhi_core.services.approvals import ApprovalService
from nhi_core.services.arrears import ArrearsService
from nhi_core.services.binding_desk import BindingDesk
from nhi_core.services.binding_news import BindingNews
from nhi_core.services.bindings import BindingService
from nhi_core.services.card_sessions import CardSessionService
from nhi_core.services.chat_groups import ChatGroupService
from nhi_core.services.clerks import ClerkService
from nhi_core.services.conversations import ConversationService
from nhi_core.services.eslip_content import SlipWriter
from nhi_core.services.eslip_links import EslipLinks
from nhi_core.services.eslip_run import EslipRun
from nhi_core.services.eslips import EslipService
from nhi_core.services.evaluation_own import OwnFigures
from nhi_core.services.evaluations import EvaluationService
from nhi_core.services.group_activity import GroupActivityService
from nhi_core.services.history import HistoryService
from nhi_core.services.imports import ImportService
from nhi_core.services.inbound import InboundService
from nhi_core.services.instalment_desk import InstalmentDesk
from nhi_core.services.instalment_queue import InstalmentQueue
from nhi_core.services.instalments import InstalmentService
from nhi_core.services.kiosks import KioskService
from nhi_core.services.late_fees import LateFeeService
from nhi_core.services.ledger import Assessor
from nhi_core.services.matters import MatterService
from nhi_core.services.notice_ack_links import NoticeAckLinks
from nhi_core.services.notice_acks import NoticeAckService
from nhi_core.services.notice_files import NoticeFiles
from nhi_core.services.notice_links import NoticeLinks
from nhi_core.services.notice_reading import NoticeReading
from nhi_core.services.notice_sending import NoticeSending
from nhi_core.services.notices import NoticeService
from nhi_core.services.offices import OfficeService
from nhi_core.services.outbox import OutboxService
from nhi_core.services.pay_handoffs import HandOffCodes, PayHandOffs
from nhi_core.services.payment_claims import Owed
from nhi_core.services.payment_links import PayLinks
from nhi_core.services.payments import PaymentService
from nhi_core.services.pictures import PictureService
from nhi_core.services.premium_details import PremiumDetailService
from nhi_core.services.privacy import PrivacyDesk
from nhi_core.services.promotion import PromotionService
from nhi_core.services.promotion_figures import PromotionFigures
from nhi_core.services.promotion_photos import PromotionPhotos
from nhi_core.services.quality import QualityService
from nhi_core.services.reminder_planning import ReminderPlanner
from nhi_core.services.reminder_rounds import ReminderRounds
from nhi_core.services.reminder_sending import ReminderSending
from nhi_core.services.reminders import ReminderService
from nhi_core.services.retention import RetentionService
from nhi_core.services.retention_files import NoticeFileKeeper, file_keepers
from nhi_core.services.satisfaction import SatisfactionService
from nhi_core.services.sends import SendService
from nhi_core.services.staff import StaffService
from nhi_core.services.staff_outside import OutsideSignIn
from nhi_core.services.staff_sign_in import SignInService
from nhi_core.services.standing import StandingService
from nhi_core.services.tickets import TicketService
from nhi_core.services.turns import TurnService
from nhi_core.services.uploads import UploadService
from nhi_core.services.usage import UsageFigures
from nhi_core.settings import Settings

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Core:
    """The business, ready for use. `redis` is for what an edge keeps there itself (mailboxes, locks)."""

    settings: Settings
    clock: Clock
    ids: Ids
    uow: UnitOfWorkFactory
    vault: Vault
    limiter: Limiter
    sealer: Sealer
    signer: Signer
    fingerprints: Fingerprints
    calendar: WorkingDays
    redis: Redis
    conversations: ConversationService
    turns: TurnService
    tickets: TicketService
    matters: MatterService
    bindings: BindingService
    card_sessions: CardSessionService
    kiosks: KioskService
    binding_desk: BindingDesk
    binding_news: BindingNews
    offices: OfficeService
    clerks: ClerkService
    chat_groups: ChatGroupService
    account_links: AccountLinks
    arrears: ArrearsService
    late_fees: LateFeeService
    instalments: InstalmentService
    instalment_desk: InstalmentDesk
    instalment_queue: InstalmentQueue
    history: HistoryService
    premium_details: PremiumDetailService
    standing: StandingService
    pictures: PictureService
    reminders: ReminderService
    reminder_rounds: ReminderRounds
    reminder_sending: ReminderSending
    satisfaction: SatisfactionService
    usage: UsageFigures
    sends: SendService
    inbound: InboundService
    workload: Callable[[], Workload]
    retention: RetentionService
    imports: ImportService
    uploads: UploadService
    health: HealthService
    payments: PaymentService
    hand_offs: PayHandOffs
    eslips: EslipService
    eslip_run: EslipRun
    outbox: OutboxService
    staff: StaffService
    sign_in: SignInService
    outside_sign_in: OutsideSignIn
    approvals: ApprovalService
    payment_means: PaymentMeans
    notices: NoticeService
    notice_sending: NoticeSending
    notice_reading: NoticeReading
    notice_ack_links: NoticeAckLinks
    notice_acks: NoticeAckService
    notice_links: NoticeLinks
    notice_files: NoticeFiles
    promotion: PromotionService
    promotion_photos: PromotionPhotos
    promotion_figures: PromotionFigures
    group_activity: GroupActivityService
    privacy: PrivacyDesk
    evaluations: EvaluationService
    quality: QualityService
    files: ContentStore
    picture_cleaner: PictureCleaner
    keys: KeyRings = field(repr=False)
    engine: Engine = field(repr=False)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()
        self.redis.close()


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    uow: UnitOfWorkFactory | None = None,
    vault: Vault | None = None,
    limiter: Limiter | None = None,
    calendar: WorkingDays | None = None,
    redis: Redis | None = None,
    keys: KeyRings | None = None,
    files: ContentStore | None = None,
) -> Core:
    """Return the Core for these settings; each part can be replaced. Opens no connection yet.

    Call it in the process that uses it (after a fork, not before). Raises security.KeysUnusable, and
    errors.Invalid for calendar overrides that cannot be read.
    """
    keys = keys or settings.key_rings()
    clock = clock or SystemClock(settings.today)
    ids = ids or SystemIds()
    sealer, fingerprints = Sealer(keys.seal), KeyedFingerprints(keys.fingerprint)
    engine = make_engine(settings.database_url.get_secret_value())
    redis = redis or connect(settings.redis_url.get_secret_value())
    uow = uow or SqlUnitOfWorkFactory(engine, ColumnSealer(sealer, fingerprints), clock)
    vault = vault or RedisVault(redis, sealer)
    limiter = limiter or RedisLimiter(redis)
    files, cleaner = files or DirectoryStore(settings.files_path), PillowCleaner()
    # A store of its own: what promotion deletes is never another feature's.
    imports = ImportService(
        FileSource(engine, settings.database_url.get_secret_value(), keys, clock),
        SqlImports(engine, ColumnSealer(sealer, fingerprints), clock),
        ids,
    )
    promotion_photos = PromotionPhotos(uow, clock, DirectoryStore(settings.files_path / PROMOTION), cleaner)
    promotion_figures = PromotionFigures(uow, promotion_photos)
    group_activity = GroupActivityService(uow, clock)
    calendar = calendar or TaiwanCalendar.load(settings.calendar_file or DEFAULT_OVERRIDES)
    policy = FeePolicy(settings.late_fee_waiver, GraceModel(settings.grace_model))
    cooling_off = timedelta(minutes=settings.payment_cooling_off)
    turns = TurnService(vault, ids)
    bindings = BindingService(uow, clock, ids, fingerprints, limiter)
    conversations = ConversationService(uow, clock, ids)
    card_sessions = CardSessionService(uow, clock, ids, fingerprints, line_id=settings.line_basic_id)
    planner = ReminderPlanner(
        ReminderRules(calendar, policy), QuietHours.parse(settings.quiet_hours), clock, ids
    )
    means = payment_means(settings, vault, ids)
    codes = HandOffCodes(means.write_off, means.merchant, means.store_item)
    slips = SlipWriter(Assessor(calendar, policy), codes)
    eslip_links = EslipLinks(Signer(keys.sign), clock, settings.public_url)
    sends = SendService(uow, clock, monthly_quota=settings.push_quota, reserve=settings.push_reserve)
    approvals = ApprovalService(uow, clock, ids)
    notice_acks = NoticeAckService(uow, clock, ids)
    notice_links = NoticeLinks(uow, clock, Signer(keys.sign), files, settings.public_url)
    passwords = ArgonPasswords()
    staff = StaffService(uow, clock, ids, fingerprints, passwords)
    sign_in = SignInService(
        uow,
        clock,
        ids,
        fingerprints,
        limiter,
        passwords=passwords,
        codes=Totp() if settings.production else SandboxTotp(),
        staff=staff,
        production=settings.production,
    )
    for sentence in settings.warnings():
        log.warning("setting_to_know", about=sentence)
    return Core(
        settings=settings,
        clock=clock,
        ids=ids,
        uow=uow,
        vault=vault,
        limiter=limiter,
        sealer=sealer,
        signer=Signer(keys.sign),
        fingerprints=fingerprints,
        calendar=calendar,
        redis=redis,
        conversations=conversations,
        turns=turns,
        tickets=TicketService(vault, ids, turns),
        bindings=bindings,
        matters=MatterService(vault, uow),
        card_sessions=card_sessions,
        kiosks=KioskService(uow, clock, ids, card_sessions),
        binding_desk=BindingDesk(uow, card_sessions),
        binding_news=BindingNews(uow),
        offices=OfficeService(uow, clock, bindings),
        clerks=ClerkService(uow, clock, ids),
        chat_groups=ChatGroupService(
            uow, clock, ids, fingerprints, limiter=limiter, conversations=conversations
        ),
        account_links=AccountLinks(
            uow,
            vault,
            ids,
            fingerprints,
            limiter,
            bindings=bindings,
            identity=web_identity(settings, uow),
            addresses=LinkAddresses(settings.public_url, settings.line_access_url),
        ),
        arrears=ArrearsService(uow, clock, calendar, policy),
        late_fees=LateFeeService(uow, clock, calendar, policy),
        instalments=InstalmentService(uow, clock, ids, calendar, policy, cooling_off=cooling_off),
        instalment_desk=InstalmentDesk(uow, clock, ids, calendar, policy),
        instalment_queue=InstalmentQueue(uow, clock, calendar, policy),
        history=HistoryService(uow, clock, calendar, policy),
        premium_details=PremiumDetailService(uow, clock),
        standing=StandingService(uow, clock, calendar, policy),
        pictures=PictureService(uow, vault, ids, settings.public_url),
        reminders=ReminderService(uow, clock, planner),
        reminder_rounds=ReminderRounds(uow, clock, planner),
        reminder_sending=ReminderSending(uow, clock, ids, planner),
        sends=sends,
        workload=lambda: read_workload(engine, clock.now()),
        retention=RetentionService(
            clock,
            {
                **sql_keepers(engine),
                **file_keepers(promotion_photos, NoticeFileKeeper(uow, files)),
                "redis_keys": RedisKeyKeeper(redis),
            },
            SqlRetentionRuns(engine),
        ),
        satisfaction=SatisfactionService(uow, clock, ids, vault),
        usage=UsageFigures(uow, clock),
        inbound=InboundService(uow, clock),
        imports=imports,
        uploads=UploadService(uow, DirectorySpool(settings.files_path / UPLOADS), imports, clock, ids),
        health=HealthService(
            {
                "database": partial(ping_database, engine),
                "redis": partial(ping_redis, redis),
            }
        ),
        payments=PaymentService(
            uow,
            clock,
            ids,
            calendar=calendar,
            owed=Owed(Assessor(calendar, policy)),
            links=PayLinks(Signer(keys.sign), clock, settings.public_url),
            providers=means.providers,
            cooling_off=cooling_off,
        ),
        hand_offs=PayHandOffs(uow, codes),
        eslips=EslipService(uow, clock, ids, limiter, links=eslip_links, writer=slips),
        eslip_run=EslipRun(uow, clock, ids, slips),
        outbox=OutboxService(uow, clock, ids, make_mailer(settings, clock)),
        staff=staff,
        sign_in=sign_in,
        outside_sign_in=OutsideSignIn(
            uow,
            vault,
            ids,
            fingerprints,
            limiter,
            identity=staff_identity(settings),
            sign_in=sign_in,
            public_url=settings.public_url,
        ),
        approvals=approvals,
        payment_means=means,
        notices=NoticeService(uow, clock, ids, sends=sends, approvals=approvals),
        notice_sending=NoticeSending(uow, clock, ids),
        notice_reading=NoticeReading(uow, clock, notice_links),
        notice_ack_links=NoticeAckLinks(uow, clock, Signer(keys.sign), notice_acks, settings.public_url),
        notice_acks=notice_acks,
        notice_links=notice_links,
        notice_files=NoticeFiles(files, cleaner),
        promotion=PromotionService(uow, clock, ids),
        promotion_photos=promotion_photos,
        promotion_figures=promotion_figures,
        group_activity=group_activity,
        privacy=PrivacyDesk(
            uow,
            clock,
            ids,
            sessions=card_sessions,
            photos=promotion_photos,
            forgetter=RedisForgetter(redis),
        ),
        evaluations=EvaluationService(
            uow, clock, ids, schemes(), OwnFigures(promotion_figures, group_activity)
        ),
        quality=QualityService(uow),
        files=files,
        picture_cleaner=cleaner,
        keys=keys,
        engine=engine,
    )
