"""What body cameras filmed: taken in from a folder, matched to visits, kept as evidence, opened with a reason.

国办发〔2018〕118号 (执法全过程记录): enforcement is recorded from beginning to end; films are found again.
"""
