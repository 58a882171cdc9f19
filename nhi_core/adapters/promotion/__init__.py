"""Made-up promotion work of the sandbox."""

from nhi_core.adapters.promotion.sandbox import seed_promotion

__all__ = ["seed_promotion"]
