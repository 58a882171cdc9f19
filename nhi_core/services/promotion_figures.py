"""What the staff, the evaluation and the console read of promotion reports; and what the staff marks."""

from __future__ import annotations

from nhi_core.domain.errors import Invalid
from nhi_core.domain.promotion import NotCounted, Photo, PhotoState
from nhi_core.domain.promotion_figures import Figures
from nhi_core.domain.roc import PremiumMonth
from nhi_core.ports import UnitOfWorkFactory
from nhi_core.ports_promotion import WallPhoto, Wanted
from nhi_core.services.promotion_photos import PromotionPhotos


class PromotionFigures:
    """Reads; `mark` alone changes something, and is on the trail."""

    def __init__(self, uow: UnitOfWorkFactory, photos: PromotionPhotos) -> None:
        self._uow = uow
        self._photos = photos

    def figures(self, first: PremiumMonth, last: PremiumMonth, *, office_code: str | None = None) -> Figures:
        """Return the tables of a period, over all offices or one."""
        with self._uow() as uow:
            return Figures(uow.promotions.cells(first, last, office_code), first, last)

    def wall(self, wanted: Wanted, *, offset: int, limit: int) -> tuple[int, tuple[WallPhoto, ...]]:
        """Return how many photos there are, and a page of them."""
        with self._uow() as uow:
            return uow.promotions.wall(wanted, offset=offset, limit=limit)

    def photo(self, photo_id: str) -> WallPhoto:
        """Return one photo of a report. Raises Invalid for an unknown one."""
        with self._uow() as uow:
            photo = uow.promotions.photo(photo_id)
            report = uow.promotions.get(photo.report_id) if photo is not None else None
            if photo is None or report is None:
                raise Invalid("no such photo")
            return WallPhoto(photo, report, duplicate=photo.id in uow.promotions.duplicates_in(report))

    def picture(self, photo_id: str, *, small: bool) -> bytes:
        """Return the JPEG of a kept photo. Raises Invalid when there is none (any more), FilesUnavailable."""
        photo = self._kept(photo_id)
        digest = photo.thumbnail if small else photo.digest
        data = self._photos.content(digest) if digest is not None else None
        if data is None:
            raise Invalid("no such picture")
        return data

    def mark(self, photo_id: str, why: NotCounted | None, *, staff: str) -> None:
        """Do not count a photo, or count it again. Raises Invalid for an unknown one."""
        with self._uow() as uow:
            if not uow.promotions.mark(photo_id, why):
                raise Invalid("no such photo")
            event = "promotion_photo_counted_again" if why is None else "promotion_photo_not_counted"
            detail = {"staff": staff, "reason": None if why is None else why.value}
            uow.audit.record(event, subject=f"promotion_photo:{photo_id}", detail=detail)
            uow.commit()

    def _kept(self, photo_id: str) -> Photo:
        with self._uow() as uow:
            photo = uow.promotions.photo(photo_id)
        if photo is None or photo.state is not PhotoState.KEPT:
            raise Invalid("no such photo")
        return photo
