"""Webhooks by the Standard Webhooks specification: signatures, deliveries with retries. What is told is the callers'."""
