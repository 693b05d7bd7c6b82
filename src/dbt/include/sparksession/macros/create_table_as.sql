{#- Of a Python model: run it, and write what it returns. dbt-spark's own goes through pandas-on-Spark. -#}
{% macro sparksession__create_table_as(temporary, relation, compiled_code, language='sql') -%}
    {%- if language == 'sql' -%}
        {{ spark__create_table_as(temporary, relation, compiled_code, language) }}
    {%- else -%}
        {#- dbt indents the first line, so that is an empty one. -#}
        {{ '\n' ~ compiled_code | trim }}

import pandas
import pyarrow
from pyspark.sql.pandas.types import from_arrow_schema

rows = model(dbtObj(spark.table), spark)
if isinstance(rows, pandas.DataFrame):
    rows = pyarrow.Table.from_pandas(rows, preserve_index=False)
if isinstance(rows, pyarrow.Table):
    # With its types, which Spark Connect does not take from a table without rows.
    rows = spark.createDataFrame(rows, from_arrow_schema(rows.schema))
rows.write.mode("overwrite").format("{{ config.get('file_format', 'parquet') }}").saveAsTable("{{ relation }}")
    {%- endif -%}
{%- endmacro %}
