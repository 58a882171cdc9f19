"""Whole New Taiwan dollars. Never a float: products stay exact fractions until the one rounding."""

from __future__ import annotations

from fractions import Fraction


def half_up(amount: Fraction) -> int:
    """Round a non-negative amount to whole NT$: 角以下四捨五入 (Enforcement Rules §52), not banker's."""
    if amount < 0:
        raise ValueError("amounts here are never negative")
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)
