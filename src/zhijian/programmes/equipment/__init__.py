"""Special equipment (特种设备): lifts, boilers, vessels, cranes, rides; who uses them, and when they are looked at.

For the offices that supervise some 113,000 pieces, the users who must have them inspected before the day, the firms
that keep lifts running, and whoever stands in one that has stopped. Law: 特种设备安全法 (2014), the supervision
measures (Order 57, 2022), the TSG rules with their periods, and the city's own rules for lifts.
"""
