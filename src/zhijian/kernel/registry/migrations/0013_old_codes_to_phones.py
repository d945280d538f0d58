"""Phones learn the retired codes with the shop they belonged to: those shops go to them once more."""

from django.db import migrations

TOUCH = """
SELECT set_config('zj.lo', '', true), set_config('zj.hi', '~', true), set_config('zj.scopes', '', true);
UPDATE registry_premises p SET changed = pg_current_xact_id()
 WHERE EXISTS (SELECT FROM registry_retiredcode r WHERE r.premises_id = p.id);
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0012_cards_and_twins")]
    operations = [migrations.RunSQL(TOUCH, migrations.RunSQL.noop)]
