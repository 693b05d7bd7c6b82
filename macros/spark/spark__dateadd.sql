{#- dbt's own goes through seconds, which turns dates into timestamps. -#}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    {%- if datepart == 'day' -%}
        date_add({{ from_date_or_timestamp }}, cast({{ interval }} as int))
    {%- elif datepart == 'month' -%}
        add_months({{ from_date_or_timestamp }}, cast({{ interval }} as int))
    {%- else -%}
        {{ exceptions.raise_compiler_error('dateadd on Spark knows day and month, not ' ~ datepart) }}
    {%- endif -%}
{%- endmacro %}
