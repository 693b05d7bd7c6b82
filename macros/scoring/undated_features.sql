{#-
    Behaviour features that int_customers_at_month_end does not date. With one of them the past
    cannot be scored, and the history begins now.
-#}
{% macro undated_features() -%}
    {{ return(
        clustered_features()
        | reject('in', ['recency_days', 'order_count', 'net_sales'])
        | list
    ) }}
{%- endmacro %}
