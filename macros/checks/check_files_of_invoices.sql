{#-
    After repeated lines: warns when an item of an invoice is in several files, and not with the same
    lines. Files that overlap have the same lines, each counted once; what differs counts twice, such
    as a corrected file beside the one that it corrects.
-#}
{% macro check_files_of_invoices() %}
    {%- set invoices, stock_codes = ref('dim_invoices'), ref('dim_stock_codes') -%}
    {%- if execute -%}
        {%- set items -%}
            from (
                select
                    invoice_key,
                    item_key,
                    min(file_path) as file_path,
                    max(file_path) as other_file_path
                from {{ this }} as repeats
                inner join {{ ref('stg_online_retail__files') }} as files
                    on repeats.file_key = files.file_key
                where duplicate_reason is null
                group by customer_key, invoice_key, item_key
                having min(file_path) <> max(file_path)
            ) as items
        {%- endset -%}
        {%- set invoice_count = run_query('select count(distinct invoice_key) ' ~ items).rows[0][0] -%}
        {%- if invoice_count -%}
            {%- set examples = [] -%}
            {%- for row in run_query(
                'select invoice_id, stock_code, file_path, other_file_path ' ~ items
                ~ ' inner join ' ~ invoices ~ ' as invoices '
                ~ 'on items.invoice_key = invoices.invoice_key inner join ' ~ stock_codes
                ~ ' as stock_codes on items.item_key = stock_codes.item_key order by 1, 2, 3 limit 3'
            ).rows -%}
                {%- do examples.append(
                    shown(row[1]) ~ ' of invoice ' ~ shown(row[0]) ~ ' in '
                    ~ shown(modules.re.split('[/\\\\]', row[2])[-1])
                    ~ ' and ' ~ shown(modules.re.split('[/\\\\]', row[3])[-1])
                ) -%}
            {%- endfor -%}
            {{ exceptions.warn(
                invoice_count ~ (' invoice has' if invoice_count == 1 else ' invoices have')
                ~ ' an item in several files, with lines that differ: ' ~ examples | join('; ')
                ~ '. All of them count. If one file corrects another, keep only that one: replace '
                ~ 'the old file by it.'
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
