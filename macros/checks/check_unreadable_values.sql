{#-
    After staging: warns where the values that cannot be read are of one kind, however few. Returns that
    are lost look like no returns, and ids that a spreadsheet rounded like few customers.
-#}
{% macro check_unreadable_values() %}
    {%- if execute -%}
        {%- set row = run_query(
            _unreadable_values() ~ 'select count(case when quantity_text is not null then 1 end), '
            ~ 'count(case when looks_negative then 1 end), '
            ~ 'min(case when looks_negative then quantity_text end), '
            ~ 'count(case when looks_fractional then 1 end), '
            ~ 'min(case when looks_fractional then quantity_text end), '
            ~ 'count(rounded_id), min(rounded_id) from unreadable'
        ).rows[0] -%}
        {%- set found = [] -%}
        {%- if row[0] and row[0] == row[1] -%}
            {%- do found.append(
                'All ' ~ row[0] ~ ' quantities that cannot be read look negative, such as ' ~ shown(row[2])
                ~ ': returns are missing. Write them as -12, 12- or (12).'
            ) -%}
        {%- elif row[3] -%}
            {%- do found.append(
                row[3] ~ ' quantities have decimals, such as ' ~ shown(row[4]) ~ ', and cannot be read: '
                ~ 'units are whole numbers. Write weights in grams, or 1 and the price of the line.'
            ) -%}
        {%- endif -%}
        {%- if row[5] -%}
            {%- do found.append(
                row[5] ~ ' ids such as ' ~ shown(row[6]) ~ ' were saved by a spreadsheet, and their last '
                ~ 'digits are lost: export the file again, with the column as text.'
            ) -%}
        {%- endif -%}
        {%- if found -%}
            {{ exceptions.warn(found | join(' ') ~ ' The lines are in rpt_malformed_lines.') }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}

{#- The texts at fault in unreadable lines, each null where another column is. -#}
{% macro _unreadable_values() -%}
    {%- set text -%}
        case unreadable_column {{ '' -}}
        when 'invoice number' then source.invoice_no {{ '' -}}
        when 'stock code' then source.stock_code {{ '' -}}
        when 'customer id' then source.customer_id end
    {%- endset -%}
    {%- set minuses = '-()\u2010\u2011\u2012\u2013\u2014\u2212' -%}
    {%- set quantity = "case when unreadable_column = 'quantity' then trim(quantity_text) end" -%}
    with texts as (
        select {{ quantity }} as quantity_text, {{ text }} as id_text
        from {{ this }} as lines
        inner join {{ invoice_lines() }} as source
            on lines.line_id = source.line_number
        where is_line and unreadable_column is not null
    ),

    unreadable as (
        select
            nullif(quantity_text, '') as quantity_text,
            translate(quantity_text, '{{ minuses }}', '') <> quantity_text
            or lower(quantity_text) like '%cr' or lower(quantity_text) like '%minus%'
            or lower(quantity_text) like '%neg%' or lower(quantity_text) like '%ret%' as looks_negative,
            translate(quantity_text, '0123456789.,+-', '') = ''
            and translate(quantity_text, '.,', '') <> quantity_text as looks_fractional,
            case when {{ is_rounded_id(trimmed('id_text')) }} then id_text end as rounded_id
        from texts
    ) {{ '' }}
{%- endmacro %}
