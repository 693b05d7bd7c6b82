{#- Quantity x price; null when it is beyond what money can be (14 digits before the point). -#}
{% macro line_value(quantity, unit_price) -%}
    case
        when abs(cast({{ quantity }} as double) * cast({{ unit_price }} as double)) < 1e13
            then cast({{ quantity }} * {{ unit_price }} as decimal(18, 4))
    end
{%- endmacro %}
