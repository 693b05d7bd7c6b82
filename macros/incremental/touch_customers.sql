{#- After staging: the customers, and the invoices without one, whose lines the new files hold. -#}
{% macro touch_customers() -%}
    {%- if is_going_on() -%}
        {%- set new -%}
            from {{ this }}
            where file_path in (select files.file_path from raw.run_files as files where is_new)
        {%- endset -%}
        insert into raw.touched_customers
        select distinct customer_id {{ new }} and customer_id is not null;
        insert into raw.touched_invoices
        select distinct invoice_id {{ new }} and customer_id is null
    {%- endif -%}
{%- endmacro %}
