{#- The columns of an invoice line in staging, from its keys, its values and its price in the shop's currency. -#}
{% macro line_columns(unreadable_column) -%}
---------- ids
line_id,
invoice_key,
customer_key,
item_key,
written_item_key,
description_key,
country_key,
currency_key,
file_key,

---------- strings
{{ unreadable_column }} as unreadable_column,

---------- numbers
quantity,
shop_price as unit_price,
case when is_foreign then unit_price end as written_unit_price,
line_value,

---------- booleans
is_line,
-- Not every shop marks its returns: units that come back at a price are one, too.
coalesce(is_marked_cancellation or (quantity < 0 and unit_price > 0), false) as is_cancellation,
coalesce(is_adjustment, false) as is_adjustment,
is_void,

---------- timestamps
invoice_date as invoiced_at
{%- endmacro %}
