{#-
    A number for each text, to join, group and sort by. On DuckDB it has the order of the text; on Spark
    it is a hash, as a rank of all texts would go through one partition: ties are decided by the text.
-#}
{% macro text_key(text) -%}
    {{ adapter.dispatch('text_key', 'customer_segments')(text) }}
{%- endmacro %}

{% macro duckdb__text_key(text) -%}
    dense_rank() over (order by {{ text }})
{%- endmacro %}

{% macro spark__text_key(text) -%}
    xxhash64({{ text }})
{%- endmacro %}
