"""Where files are kept, and what is done to pictures before."""

from nhi_core.adapters.files.directory import DirectoryStore
from nhi_core.adapters.files.pictures import PillowCleaner

PROMOTION = "promotion"
"""The folder of promotion photos: a store of its own."""

__all__ = ["PROMOTION", "DirectoryStore", "PillowCleaner"]
