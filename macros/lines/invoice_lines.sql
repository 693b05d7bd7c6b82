{#-
    The lines that staging starts from: those of the files, or those of a relation of the project that
    this one is a package of.
-#}
{% macro invoice_lines() %}
    {%- if var('invoice_lines_relation') -%}
        {%- do return(ref('stg_online_retail__relation_lines')) -%}
    {%- endif -%}
    {%- do return(source('online_retail', 'invoice_lines')) -%}
{% endmacro %}
