{#- dbt's own raises an error where a date is null. -#}
{% macro spark__datediff(first_date, second_date, datepart) -%}
    {%- if datepart == 'day' -%}
        datediff({{ second_date }}, {{ first_date }})
    {%- else -%}
        {{ exceptions.raise_compiler_error('datediff on Spark knows day, not ' ~ datepart) }}
    {%- endif -%}
{%- endmacro %}
