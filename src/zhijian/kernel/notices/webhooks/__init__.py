"""Webhooks by the Standard Webhooks specification: signatures, deliveries, retries. What is told is the callers'."""
