"""The offices of the Kao-Ping division (public sample data), and made-up people in them for the sandbox."""

from nhi_core.adapters.offices.sample import sample_offices
from nhi_core.adapters.offices.sandbox import OfficesSeeded, seed_offices

__all__ = ["OfficesSeeded", "sample_offices", "seed_offices"]
