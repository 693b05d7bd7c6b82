{#- The relation that invoice_lines_relation names: a model or a seed, or `source.table`. -#}
{% macro given_relation() %}
    {%- set names = var('invoice_lines_relation').split('.') -%}
    {%- do return(ref(names[0]) if names | length == 1 else source(names[0], names[1])) -%}
{% endmacro %}

{#-
    How that relation calls each of the eight columns, by their names here: in any case, with blanks or
    underscores or without, as in InvoiceNo. One message names those that it lacks.
-#}
{% macro given_columns() %}
    {%- set expected = [
        'invoice_no', 'stock_code', 'description', 'quantity', 'invoice_date', 'unit_price', 'customer_id',
        'country',
    ] -%}
    {%- set found, missing = {}, [] -%}
    {%- if execute -%}
        {%- for column in adapter.get_columns_in_relation(given_relation()) -%}
            {%- do found.update({modules.re.sub('[^a-z0-9]', '', column.name | lower): column.quoted}) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set columns = {} -%}
    {%- for name in expected -%}
        {%- set column = found.get(name | replace('_', '')) -%}
        {%- if execute and not column -%}
            {%- do missing.append(name) -%}
        {%- endif -%}
        {%- do columns.update({name: column or name}) -%}
    {%- endfor -%}
    {%- if missing -%}
        {{ exceptions.raise_compiler_error(
            'invoice_lines_relation is ' ~ var('invoice_lines_relation') ~ ', which lacks '
            ~ missing | join(', ') ~ '. Expected the columns ' ~ expected | join(', ')
            ~ ': rename them in a model, and name that.'
        ) }}
    {%- endif -%}
    {%- do return(columns) -%}
{% endmacro %}
