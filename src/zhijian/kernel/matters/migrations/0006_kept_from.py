"""Matters that are kept from certain people, and the two indexes that a board's columns are read by."""

import django.contrib.postgres.fields
from django.db import migrations, models

# Restrictive: it only ever takes rows away, whatever another policy shows.
POLICY = """
CREATE POLICY kept_from ON matters_matter AS RESTRICTIVE USING (
    kept_from = '{}' OR NOT (coalesce(current_setting('zj.actor', true), '') = ANY (kept_from))
);
"""


class Migration(migrations.Migration):
    dependencies = [("matters", "0005_newest_by_opened")]
    operations = [
        migrations.AddField(
            model_name="matter",
            name="kept_from",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=80),
                default=list,
                help_text="labels of actors who must not see it, whatever their posts (回避); row security keeps it from them",
                size=None,
            ),
        ),
        migrations.RunSQL(POLICY, "DROP POLICY kept_from ON matters_matter"),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(
                condition=models.Q(("closed", None)), fields=["kind", "state", "due", "id"], name="matter_board"
            ),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(
                condition=models.Q(("closed__isnull", False)),
                fields=["kind", "state", "-opened", "-id"],
                name="matter_board_over",
            ),
        ),
    ]
