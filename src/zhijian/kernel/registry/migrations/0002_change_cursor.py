"""Which transaction touched a place last, kept by the database, so that no writer can forget it (see `changes.py`)."""

from __future__ import annotations

from django.db import migrations

# The number of the writing transaction on every change of a row; an update that changes nothing keeps the old one.
STAMP = """
CREATE FUNCTION registry_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changed := pg_current_xact_id();
  RETURN NEW;
END $$;
CREATE TRIGGER premises_stamp BEFORE UPDATE ON registry_premises
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION registry_stamp();
"""

# What a phone shows of a place includes its entity and its licences: their changes count as changes of the place.
# The condition on `changed` spares rows that this transaction has written already.
TOUCH = """
CREATE FUNCTION registry_touch_by_entity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE registry_premises p SET changed = pg_current_xact_id()
    FROM new_rows n JOIN old_rows o ON o.id = n.id
   WHERE p.entity_id = n.id AND p.changed <> pg_current_xact_id()
     AND (n.name, n.scheme, n.code, n.kind, n.status, n.representative, n.phone)
         IS DISTINCT FROM (o.name, o.scheme, o.code, o.kind, o.status, o.representative, o.phone);
  RETURN NULL;
END $$;
CREATE TRIGGER entity_touch AFTER UPDATE ON registry_entity
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION registry_touch_by_entity();

CREATE FUNCTION registry_touch_by_licence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE registry_premises p SET changed = pg_current_xact_id()
   WHERE p.id IN (SELECT premises_id FROM touched_rows) AND p.changed <> pg_current_xact_id();
  RETURN NULL;
END $$;
CREATE TRIGGER licence_touch_insert AFTER INSERT ON registry_licence REFERENCING NEW TABLE AS touched_rows
  FOR EACH STATEMENT EXECUTE FUNCTION registry_touch_by_licence();
CREATE TRIGGER licence_touch_update AFTER UPDATE ON registry_licence REFERENCING NEW TABLE AS touched_rows
  FOR EACH STATEMENT EXECUTE FUNCTION registry_touch_by_licence();
CREATE TRIGGER licence_touch_moved AFTER UPDATE ON registry_licence REFERENCING OLD TABLE AS touched_rows
  FOR EACH STATEMENT EXECUTE FUNCTION registry_touch_by_licence();
CREATE TRIGGER licence_touch_delete AFTER DELETE ON registry_licence REFERENCING OLD TABLE AS touched_rows
  FOR EACH STATEMENT EXECUTE FUNCTION registry_touch_by_licence();
"""

# A place that leaves an area, closes or goes must be dropped by the phones that have it.
DEPART = """
CREATE FUNCTION registry_depart_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO registry_departure (premises_uid, area)
  SELECT o.uid, o.area FROM old_rows o JOIN new_rows n ON n.id = o.id
   WHERE n.area <> o.area OR (n.status = 'closed' AND o.status <> 'closed');
  RETURN NULL;
END $$;
CREATE TRIGGER premises_depart AFTER UPDATE ON registry_premises
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION registry_depart_update();
CREATE FUNCTION registry_depart_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO registry_departure (premises_uid, area) SELECT uid, area FROM old_rows;
  RETURN NULL;
END $$;
CREATE TRIGGER premises_depart_delete AFTER DELETE ON registry_premises REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION registry_depart_delete();
"""

UNDO = """
DROP TRIGGER premises_stamp ON registry_premises;
DROP TRIGGER premises_depart ON registry_premises;
DROP TRIGGER premises_depart_delete ON registry_premises;
DROP TRIGGER entity_touch ON registry_entity;
DROP TRIGGER licence_touch_insert ON registry_licence;
DROP TRIGGER licence_touch_update ON registry_licence;
DROP TRIGGER licence_touch_moved ON registry_licence;
DROP TRIGGER licence_touch_delete ON registry_licence;
DROP FUNCTION registry_stamp, registry_touch_by_entity, registry_touch_by_licence,
  registry_depart_update, registry_depart_delete;
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]
    operations = [migrations.RunSQL(STAMP + TOUCH + DEPART, UNDO)]
