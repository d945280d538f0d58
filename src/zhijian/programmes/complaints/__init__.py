"""Complaints, reports and enquiries: the 12315 platform, the 12345 hotline, letters, the counter, the portal, the door.

A complaint (投诉) is a dispute of a consumer that is settled between two; a report (举报) is a clue that is verified:
different law, different clocks. Both by SAMR Order 121 from 2026-04-15, by Order 20 before; what comes by 12345 has the
hotline's own clocks beside them. Nobody types an order twice: it comes in by file or interface, and its reply goes back
the same way.
"""
