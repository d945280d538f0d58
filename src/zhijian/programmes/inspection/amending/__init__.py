"""A record that was sent and is put right: its officers sign a new version, and every version is kept."""
