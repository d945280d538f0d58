"""Inspections (监督检查): two certified officers go to an enterprise, work through its checklist, and leave a paper.

For the inspectors of the local offices, their heads, and the enterprise, which answers each finding from its phone.
Law: Food Safety Law; Measures for supervision and inspection of food production and trade (SAMR Order 49, 2022-03-15);
rules and articles stand in the packs.
"""
