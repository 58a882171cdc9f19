"""Where files are kept, and what is done to pictures before."""

from nhi_core.adapters.files.directory import DirectoryStore
from nhi_core.adapters.files.pictures import PillowCleaner

__all__ = ["DirectoryStore", "PillowCleaner"]
