{#- What the file says where a line cannot be read, from the columns of the source. -#}
{% macro unreadable_text(unreadable_column) -%}
    case {{ unreadable_column }}
        when 'invoice number' then source.invoice_no
        when 'stock code' then source.stock_code
        when 'customer id' then source.customer_id
        when 'quantity' then quantity_text
        when 'unit price' then unit_price_text
        when 'line value'
            then
                coalesce(quantity_text, cast(source.quantity as {{ dbt.type_string() }}))
                || ' x '
                || coalesce(unit_price_text, cast(source.unit_price as {{ dbt.type_string() }}))
        when 'invoice date' then invoice_date_text
        when 'more fields than columns' then overflow_text
    end
{%- endmacro %}
