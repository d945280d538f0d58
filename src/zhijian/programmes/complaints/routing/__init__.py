"""To which office an item goes: rows that staff write down by date, tried against history before they are in force.

`matching` says which row takes an item (pure), `sets` which rows hold on a day, `proposing` what they say of an item,
`straight` passes on by itself what a row lets go straight, `trial` compares a set with what happened.
"""
