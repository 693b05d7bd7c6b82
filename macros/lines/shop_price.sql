{#-
    The price of a line in the shop's currency, from its price as written; at the rate of its day if
    that is in another. Null without a rate, or beyond what money can be.
-#}
{% macro shop_price() -%}
    case
        when not is_foreign then unit_price
        when abs(cast(unit_price as double) * cast(rate as double)) < 1e13
            then cast(unit_price * rate as decimal(18, 4))
    end
{%- endmacro %}
