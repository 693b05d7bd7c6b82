{#-
    After fct_customer_features went on from the last build: the two columns that depend on the as-of
    date, of all customers. As the model has them.
-#}
{% macro count_days_anew() -%}
    {%- if is_going_on() -%}
        update {{ this }} set
            recency_days = {{ dbt.datediff('last_order_date', 'as_of.as_of_date', 'day') }},
            tenure_days = {{ dbt.datediff('first_order_date', 'as_of.as_of_date', 'day') }}
        from {{ ref('int_as_of') }} as as_of
    {%- endif -%}
{%- endmacro %}
