"""The parts of long lists, under the services' name: see domain.slices."""

from nhi_core.domain.slices import Ask, Slice, cut

__all__ = ["Ask", "Slice", "cut"]
