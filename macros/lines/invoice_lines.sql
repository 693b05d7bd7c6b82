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

{#- What was said when the files were read; of a relation nothing is. -#}
{% macro reading_notes() %}
    {%- if var('invoice_lines_relation') -%}
        {%- do return('select cast(null as ' ~ dbt.type_string() ~ ') as notes') -%}
    {%- endif -%}
    {%- do return('select * from ' ~ source('online_retail', 'reading_notes')) -%}
{% endmacro %}
