"""What the officers do on site, looked at afterwards: how long visits take, and what calls for a question to the head.

Nobody is followed and nobody is ranked: times come from the record that was signed, and are shown by office and kind.
"""
