"""On-the-spot penalties (当场处罚): a warning, or a small fine, decided by two officers at the visit itself.

For officers at a counter without signal, for the clerk who files the decision and books the payment, for the head who
may withdraw it, and for whoever was fined. By the Penalty Law, chapter 5 section 2 (simple procedure), and the Penalty
Procedure Rules of market supervision (Order 42), articles 66 to 75. What is graver goes to an investigation: there is
no way here to fine above the limit.
"""
