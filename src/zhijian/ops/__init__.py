"""Running Zhijian: the embedded database server, the supervisor of `make run`, certificates, backup, doctor.

Nothing here imports the kernel at module level: most of it must work before Django is set up.
"""
