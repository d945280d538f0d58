"""Resumable files from phones: chunks of at most 256 kB, to a process of its own, so that slow phones hold up nobody."""
