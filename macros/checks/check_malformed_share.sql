{#-
    After staging: stops the build, before anything is made of it, when more than malformed_max_share
    of the lines cannot be read, of all or of one file: beside years of good lines a file of a day is
    few lines, however bad. A few bad lines are in rpt_malformed_lines; many mean the wrong file.
-#}
{% macro check_malformed_share() %}
    {%- if execute -%}
        {#- In one file so many at least, or a typo in a short one would stop the build. -#}
        {%- set least_lines = 20 -%}
        {%- set found = namespace(
            unreadable='from ' ~ this ~ ' as lines inner join ' ~ ref('stg_online_retail__files')
                ~ ' as files on lines.file_key = files.file_key inner join '
                ~ invoice_lines() ~ ' as source '
                ~ 'on lines.line_id = source.line_number where is_line and unreadable_column is not null',
            counts=run_query(
                'select count(*), count(unreadable_column) from ' ~ this ~ ' where is_line'
            ).rows[0],
            place=''
        ) -%}
        {%- set share = var('malformed_max_share') -%}
        {%- if found.counts[1] >= least_lines and found.counts[1] <= found.counts[0] * share -%}
            {%- for row in run_query(
                'select count(*) as line_count, count(unreadable_column) as unreadable_count, '
                ~ 'file_path, file_name from ' ~ this ~ ' as lines inner join '
                ~ ref('stg_online_retail__files') ~ ' as files on lines.file_key = files.file_key '
                ~ 'where is_line group by 3, 4 having count(unreadable_column) >= ' ~ least_lines
                ~ ' and count(unreadable_column) > count(*) * ' ~ share ~ ' order by 2 desc, 3 limit 1'
            ).rows -%}
                {%- set found.counts = row -%}
                {%- set found.place = ' of ' ~ shown(row[3]) -%}
                {%- set found.unreadable = found.unreadable ~ ' and files.file_path = ' ~ quoted(row[2]) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- if found.counts[1] > found.counts[0] * share -%}
            {%- set columns, expected = [], [] -%}
            {%- set rounded = 'Ids such as 5.36E+05 were saved by a spreadsheet, and their last digits are '
                ~ 'lost: export the file again and do not save it in a spreadsheet, or format the '
                ~ 'column as text first. ' -%}
            {%- set formats = {
                'quantity': 'A quantity is a whole number: sell by weight in grams, not 1.5. ',
                'unit price': 'A unit price is a number, with a sign or code of a currency or '
                ~ 'without. ',
                'invoice date': 'A date is like 12/1/2010 8:45, 2010-12-01 08:45 or an Excel serial. ',
                'invoice number': rounded,
                'stock code': rounded,
                'customer id': rounded,
            } -%}
            {%- for row in run_query(
                'select unreadable_column, count(*) as line_count ' ~ found.unreadable
                ~ ' group by 1 order by 2 desc, 1'
            ).rows -%}
                {%- do columns.append(row[0] ~ ' (' ~ row[1] ~ ' lines)') -%}
                {%- if formats.get(row[0], '') not in expected -%}
                    {%- do expected.append(formats.get(row[0], '')) -%}
                {%- endif -%}
            {%- endfor -%}
            {#- A date of the other order than the rest: 13/1/10 cannot be read, 12/1/10 can. -#}
            {%- set swapped = [] -%}
            {%- set day, month = '(1[3-9]|2[0-9]|3[01])', '(0?[1-9]|1[0-2])' -%}
            {%- for row in run_query(
                'select ' ~ unreadable_text('unreadable_column') ~ ' ' ~ found.unreadable
                ~ " and unreadable_column = 'invoice date' order by line_id limit 1000"
            ).rows if row[0] and modules.re.match(
                '\\s*(' ~ day ~ '[/.-]' ~ month ~ '|' ~ month ~ '[/.-]' ~ day ~ ')[/.-]', row[0]
            ) -%}
                {%- do swapped.append(row[0]) -%}
            {%- endfor -%}
            {%- set examples = [] -%}
            {%- for row in run_query(
                'select files.file_name, (select max(invoice_id) from ' ~ ref('stg_online_retail__invoices')
                ~ ' as invoices where invoices.invoice_key = lines.invoice_key), '
                ~ 'unreadable_column, ' ~ unreadable_text('unreadable_column') ~ ' ' ~ found.unreadable ~ ' order by line_id limit 3'
            ).rows -%}
                {%- do examples.append(
                    row[2] ~ ' of invoice ' ~ shown(row[1] or 'without a number') ~ ' in ' ~ shown(row[0])
                    ~ ' is ' ~ ('"' ~ shown(row[3]) ~ '"'
                    if row[3] is not none else 'missing')
                ) -%}
            {%- endfor -%}
            {{ exceptions.raise_compiler_error(
                found.counts[1] ~ ' of ' ~ found.counts[0] ~ ' lines' ~ found.place
                ~ ' cannot be read, more than the share of ' ~ share
                ~ ' that the variable malformed_max_share allows. '
                ~ 'Columns: ' ~ columns | join(', ') ~ '. Examples: ' ~ examples | join('; ')
                ~ '. Nothing behind staging was changed. ' ~ (
                    'Dates such as ' ~ shown(swapped[0] | trim) ~ ' have day and month in another order '
                    ~ 'than the rest; lines of the same kind with a day up to 12 were probably '
                    ~ 'read with the two swapped. So mend the dates, or set the variable '
                    ~ 'date_order (' ~ var('date_order') ~ '), rather than raise malformed_max_share.'
                    if swapped else
                    expected | join ~ 'Mend the file, or raise the variable to build without these '
                    ~ 'lines.'
                )
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
