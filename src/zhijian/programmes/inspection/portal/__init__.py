"""The doors of the public and of the enterprise: the code on the door, the link in the message, the own account."""
