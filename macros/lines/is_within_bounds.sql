{#- Whether a value is above one column `<bounds>_above` and up to another; null is no bound. -#}
{% macro is_within_bounds(value, bounds) -%}
    ({{ value }} > {{ bounds }}_above or {{ bounds }}_above is null)
    and ({{ value }} <= {{ bounds }}_up_to or {{ bounds }}_up_to is null)
{%- endmacro %}
