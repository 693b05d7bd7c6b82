{#- The value of a group whose rows agree, but for those that have none; null where they do not. -#}
{% macro one_value(column) -%}
    case when min({{ column }}) = max({{ column }}) then min({{ column }}) end
{%- endmacro %}
