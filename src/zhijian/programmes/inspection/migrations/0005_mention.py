"""A recorded visit is news of its place: phones show what the last one found (see `registry.changes`)."""

from __future__ import annotations

from django.db import migrations

MENTION = """
CREATE FUNCTION inspection_mention_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO registry_mention (premises_id)
  SELECT DISTINCT m.premises_id FROM new_rows n JOIN matters_matter m ON m.id = n.matter_id
   WHERE n.ended IS NOT NULL AND m.premises_id IS NOT NULL;
  RETURN NULL;
END $$;
CREATE FUNCTION inspection_mention_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO registry_mention (premises_id)
  SELECT DISTINCT m.premises_id FROM new_rows n JOIN old_rows o USING (matter_id)
    JOIN matters_matter m ON m.id = n.matter_id
   WHERE m.premises_id IS NOT NULL AND (n.ended, n.result) IS DISTINCT FROM (o.ended, o.result);
  RETURN NULL;
END $$;
CREATE TRIGGER inspection_mention_insert AFTER INSERT ON inspection_inspection
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION inspection_mention_new();
CREATE TRIGGER inspection_mention_update AFTER UPDATE ON inspection_inspection
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION inspection_mention_changed();
"""

UNDO = """
DROP TRIGGER inspection_mention_insert ON inspection_inspection;
DROP TRIGGER inspection_mention_update ON inspection_inspection;
DROP FUNCTION inspection_mention_new, inspection_mention_changed;
"""


class Migration(migrations.Migration):
    dependencies = [("inspection", "0004_check_code"), ("registry", "0010_mention"), ("matters", "0002_scope")]
    operations = [migrations.RunSQL(MENTION, UNDO)]
