{#- Before staging: note whose lines the files held that are gone, then remove these lines. -#}
{% macro forget_gone_files() -%}
    {%- if is_going_on() -%}
        {%- set gone -%}
            from {{ this }}
            where file_path in (select files.file_path from raw.gone_files as files)
        {%- endset -%}
        create or replace table raw.touched_customers as
        select distinct customer_id {{ gone }} and customer_id is not null;
        create or replace table raw.touched_invoices as
        select distinct invoice_id {{ gone }} and customer_id is null;
        delete {{ gone }}
    {%- endif -%}
{%- endmacro %}
