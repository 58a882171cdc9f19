"""What a person is handed when asking for his or her data: one encrypted ZIP."""

from nhi_core.adapters.privacy.package import package

__all__ = ["package"]
