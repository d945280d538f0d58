"""The seal (用印): asked for on the desk, granted or refused, put on by hand or by an outside e-seal service."""
