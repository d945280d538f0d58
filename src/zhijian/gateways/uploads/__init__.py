"""Resumable files from phones: chunks of at most 256 kB, to a process of its own, slow phones hold up nobody."""
