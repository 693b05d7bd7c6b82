{#- What the summary says of a segment in sentences, from its columns. -#}
{% macro segment_description() -%}
case
    when customer_count = 0 then 'No customers.'
    else
        {{ count_text('customer_count') }}
        || case when customer_count = 1 then ' customer' else ' customers' end
        || case
            when is_total
                then ', ' || {{ count_text('net_sales') }} || ' {{ var("currency") }}'
            else
                ' (' || {{ percent_text('customer_share') }} || ') with '
                || {{ percent_text('net_sales_share') }}
        end
        || ' of net sales. Half ordered in the last '
        || case
            when median_recency_days <= 1 then 'day'
            else {{ count_text('ceil(median_recency_days)') }} || ' days'
        end
        || case
            when median_order_count <= 1 then '; at least half have ordered only once'
            else
                '; half have ordered ' || {{ count_text('ceil(median_order_count)') }}
                || ' times or more'
        end
        || '. An average order is '
        || case
            when average_order_value < 1
                then
                    cast(
                        cast(average_order_value as decimal(18, 2)) as {{ dbt.type_string() }}
                    )
            else {{ count_text('average_order_value') }}
        end
        || ' {{ var("currency") }}'
        || case
            when has_returns then '; ' || {{ percent_text('return_share') }} || ' of units came back.'
            else '.'
        end
        || case
            when net_sales_growth is null then ''
            else
                ' Net sales of the last 90 days are '
                || {{ percent_text('abs(net_sales_growth)') }}
                || case when net_sales_growth < 0 then ' below' else ' above' end
                || ' those of the 90 days before.'
        end
end
{%- endmacro %}
