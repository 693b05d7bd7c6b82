{#-
    The catalogue of `dbt docs generate`, by schema. dbt-duckdb asks for each relation by name, and
    DuckDB 2.0 takes ten seconds to rewrite a condition that long.
-#}
{% macro duckdb__get_catalog_relations(information_schema, relations) -%}
    {%- set schemas = relations | map(attribute='schema') | unique | list -%}
    {%- do return(duckdb__get_catalog(information_schema, schemas)) -%}
{%- endmacro %}
