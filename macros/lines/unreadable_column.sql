{#- The first column of a line that cannot be read; null if it can be used. -#}
{% macro unreadable_column() -%}
    case
        -- First: fields too many mean that the others are not what they seem.
        when overflow_text is not null then 'more fields than columns'
        when invoice_key is null then 'invoice number'
        when item_key is null then 'stock code'
        when quantity is null then 'quantity'
        when unit_price is null then 'unit price'
        when line_value is null then 'line value'
        when invoice_date is null then 'invoice date'
        when
            customer_key is null
            and customer_id is not null
            and {{ is_rounded_id(trimmed('customer_id')) }}
            then 'customer id'
    end
{%- endmacro %}
