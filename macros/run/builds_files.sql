{#-
    Whether builds write database files of their own, which a whole one empties and publishes. Else
    tables replace each other one by one where the target is, as on Spark, and models are kept there.
-#}
{% macro builds_files() %}
    {%- do return(target.type == 'duckdb' and var('publish')) -%}
{% endmacro %}
