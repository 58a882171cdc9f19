"""Gateways behind `ports_payments.PaymentProvider`, one file each, and what a deployment has of them."""

from nhi_core.adapters.payments.registry import PaymentMeans, payment_means

__all__ = ["PaymentMeans", "payment_means"]
