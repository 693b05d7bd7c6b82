{#-
    After staging: a build looks back from the last line, so one mistyped year makes every customer
    look lapsed. Stops the build when few of the lines come long after all others, unless as_of is
    set; warns when as_of is long after all lines, and when few lines come long before all others:
    history and tenure reach back to them.
-#}
{% macro check_far_lines() %}
    {%- if execute -%}
        {%- set days = run_query(
            'select cast(invoiced_at as date) as invoice_date, count(*) as line_count from ' ~ this
            ~ ' where unreadable_column is null group by 1 order by 1'
        ).rows | list -%}
        {%- set late = _far_days(days | reverse | list) -%}
        {%- if late and var('as_of') | string == 'data' -%}
            {%- set next_day = modules.datetime.timedelta(days=1) -%}
            {{ exceptions.raise_compiler_error(
                _far_lines(late, 'after') ~ ' The build would look back from there. Nothing behind '
                ~ "staging was changed. Mend the dates; or leave these lines out with --vars 'as_of: "
                ~ (late.border + next_day) ~ "'; or, if they are right, look back from there with "
                ~ "--vars 'as_of: " ~ (late.days | max + next_day) ~ "'."
            ) }}
        {%- endif -%}
        {%- do _check_far_as_of(days) -%}
        {%- set early = _far_days(days) -%}
        {%- if early -%}
            {{ exceptions.warn(
                _far_lines(early, 'before') ~ ' History and tenure reach back to them: mend the '
                ~ 'dates if they are wrong.'
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}

{% macro _far_day_count() %}
    {%- do return(90) -%}
{% endmacro %}

{% macro _check_far_as_of(days) %}
    {%- if days and var('as_of') | string != 'data' -%}
        {%- set last = days[-1][0] -%}
        {%- set as_of = modules.datetime.date.fromisoformat(var('as_of') | string) -%}
        {%- set day_count = (as_of - last).days -%}
        {%- if day_count > _far_day_count() -%}
            {{ exceptions.warn(
                'The variable as_of is ' ~ as_of ~ ', ' ~ '{:,}'.format(day_count) ~ ' days after the '
                ~ 'last line, which is of ' ~ last ~ ': every customer looks lapsed from there. If the '
                ~ 'year is mistyped, mend it; as_of: data is the day after the last line.'
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}

{#- The days at the beginning of `days` that are few lines far from the others; empty if none. -#}
{% macro _far_days(days) %}
    {%- set most_lines = 0.001 * (days | sum(attribute=1) | float) -%}
    {%- set far_days = _far_day_count() -%}
    {%- set seen = namespace(lines=0, days=[]) -%}
    {%- set found = {} -%}
    {%- for invoice_date, line_count in days -%}
        {%- if seen.days and (invoice_date - seen.days[-1]).days | abs > far_days -%}
            {%- do found.update(
                lines=seen.lines, days=seen.days | list, border=invoice_date, far_days=far_days
            ) -%}
        {%- endif -%}
        {%- set seen.lines = seen.lines + line_count -%}
        {%- if seen.lines > most_lines -%} {%- break -%} {%- endif -%}
        {%- do seen.days.append(invoice_date) -%}
    {%- endfor -%}
    {%- do return(found) -%}
{% endmacro %}

{% macro _far_lines(far, side) %}
    {%- set examples = [] -%}
    {%- for row in run_query(
        'select (select max(invoice_id) from ' ~ ref('stg_online_retail__invoices')
        ~ ' as invoices where invoices.invoice_key = lines.invoice_key), files.file_name, '
        ~ 'cast(invoiced_at as date) from ' ~ this ~ ' as lines inner join '
        ~ ref('stg_online_retail__files') ~ ' as files on lines.file_key = files.file_key where unreadable_column is null and cast(invoiced_at as date) between '
        ~ "cast('" ~ far.days | min ~ "' as date) and cast('" ~ far.days | max ~ "' as date) "
        ~ 'order by line_id limit 3'
    ).rows -%}
        {%- do examples.append('invoice ' ~ shown(row[0]) ~ ' in ' ~ shown(row[1]) ~ ' is of ' ~ row[2]) -%}
    {%- endfor -%}
    {%- do return(
        far.lines ~ (' line is' if far.lines == 1 else ' lines are') ~ ' more than ' ~ far.far_days
        ~ ' days ' ~ side ~ ' all others, of which the ' ~ ('last' if side == 'after' else 'first')
        ~ ' is of ' ~ far.border ~ ': ' ~ examples | join('; ') ~ '.'
    ) -%}
{% endmacro %}
