"""The people of an area as their heads see them: posts, certificates, leave with a stand-in, handover in one act."""
