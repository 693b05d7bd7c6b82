{#-
    The id by which the published database knows a customer: a pseudonym where builds publish
    pseudonyms. `customer_id` is a column of ids as in the files.
-#}
{% macro published_customer_id(customer_id) %}
    {{- adapter.dispatch('published_customer_id', 'customer_segments')(customer_id) -}}
{% endmacro %}

{% macro duckdb__published_customer_id(customer_id) %}
    {%- if execute and builds_files() and flags.WHICH in ['build', 'run']
        and run_query('select has_pseudonym_key()').columns[0][0] -%}
        pseudonym({{ customer_id }})
    {%- else -%}
        {{ customer_id }}
    {%- endif -%}
{% endmacro %}

{#- Spark publishes ids as they are. -#}
{% macro spark__published_customer_id(customer_id) %}
    {{- customer_id -}}
{% endmacro %}
