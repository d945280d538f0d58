"""Numbers that were typed with blanks or brackets stand as the others do: found by search, taken by the SMS provider."""

from django.db import migrations

PUT_RIGHT = r"""
UPDATE {table} SET phone = CASE
  WHEN regexp_replace(phone, '\D', '', 'g') ~ '^1[3-9]\d{{9}}$' THEN regexp_replace(phone, '\D', '', 'g')
  ELSE regexp_replace(regexp_replace(ltrim(phone, ' (（'), '^(\+?\d{{3,4}})[)） -]+(?=\d)', '\1-'), '[^0-9+-]', '', 'g')
END WHERE phone ~ '[ ()（）]'
"""
TABLES = ("registry_entity", "registry_premises")


class Migration(migrations.Migration):
    dependencies = [("registry", "0015_shop_phones")]

    operations = [migrations.RunSQL(PUT_RIGHT.format(table=table), migrations.RunSQL.noop) for table in TABLES]
