"""Where files are kept, and what is done to pictures before."""

from nhi_core.adapters.files.directory import DirectoryStore
from nhi_core.adapters.files.pictures import PillowCleaner
from nhi_core.adapters.files.spool import DirectorySpool

PROMOTION = "promotion"
"""The folder of promotion photos: a store of its own."""
UPLOADS = "uploads"
"""The folder of files that wait for their import."""

__all__ = ["PROMOTION", "UPLOADS", "DirectorySpool", "DirectoryStore", "PillowCleaner"]
