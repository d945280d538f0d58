"""What hangs on items is of an area that no enterprise ever sees; the sheets hold names."""

from django.db import migrations

from zhijian.kernel.accounts.policy import protect

TABLES = ("complaints_sheet", "complaints_part", "complaints_recalldraw")


class Migration(migrations.Migration):
    dependencies = [("complaints", "0005_handling"), ("evidence", "0002_guards")]
    operations = [migrations.RunSQL(protect(table, party=False), migrations.RunSQL.noop) for table in TABLES]
