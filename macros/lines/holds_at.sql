{#- Whether a row with `from_date` and `until_date` (null for no end) holds at a time. -#}
{% macro holds_at(relation, time) -%}
    (
        {{ time }} >= {{ relation }}.from_date
        and ({{ time }} < {{ relation }}.until_date or {{ relation }}.until_date is null)
    )
{%- endmacro %}
