{#- Before a model of the tag by_customer: remove the rows that it is about to compute anew. -#}
{% macro forget_touched_customers() -%}
    {%- if is_going_on() -%}
        delete from {{ this }} {{ of_touched_customers() }}
    {%- endif -%}
{%- endmacro %}
