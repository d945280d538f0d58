"""A visit keeps who was there; of earlier ones their papers and, where they have none, their matters say it."""

from django.db import migrations, models

BY_PAPER = """
UPDATE inspection_inspection i SET officers = p.data->'inspectors'
FROM (SELECT DISTINCT ON (matter_id) matter_id, data FROM papers_paper
      WHERE kind IN ('onsite_record', 'result_sheet') AND jsonb_typeof(data->'inspectors') = 'array'
      ORDER BY matter_id, id DESC) p
WHERE p.matter_id = i.matter_id AND i.ended IS NOT NULL
"""
BY_MATTER = """
UPDATE inspection_inspection i SET officers = o.them
FROM (SELECT m.id, jsonb_agg(jsonb_build_object('name', a.name, 'certificate_no', a.certificate_no)
                             ORDER BY a.id = m.assignee_id DESC) AS them
      FROM matters_matter m JOIN accounts_person a ON a.id IN (m.assignee_id, m.second_id)
      GROUP BY m.id) o
WHERE o.id = i.matter_id AND i.ended IS NOT NULL AND i.officers = '[]'
"""
CITY = "SELECT set_config('zj.lo', '', true), set_config('zj.hi', '~', true), set_config('zj.scopes', '', true);"


class Migration(migrations.Migration):
    dependencies = [("inspection", "0013_lists"), ("papers", "0008_printed_at"), ("accounts", "0001_initial")]
    operations = [
        migrations.AddField(
            "inspection",
            "officers",
            models.JSONField(default=list, help_text="[{name, certificate_no}]: who was there, as the record says"),
        ),
        migrations.RunSQL(CITY + BY_PAPER + ";" + BY_MATTER, migrations.RunSQL.noop),
    ]
