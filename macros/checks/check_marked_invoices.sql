{#-
    After the ledger: warns when the letters of invoice numbers seem to mean something else than here,
    such as a branch: adjustments (A) are few, and cancellations (C) take units back.
-#}
{% macro check_marked_invoices() %}
    {%- if execute -%}
        {%- set most_adjustments = 0.01 -%}
        {%- set row = run_query(
            "select sum(line_count), sum(case when reason = 'adjustment' then line_count end), "
            ~ "sum(case when disposition like '%cancellation' then unit_count end) from " ~ this
        ).rows[0] -%}
        {%- set line_count, adjustment_count, cancelled_units = row[0] or 0, row[1] or 0, row[2] or 0 -%}
        {%- set found = [] -%}
        {%- if adjustment_count > line_count * most_adjustments -%}
            {%- do found.append(
                adjustment_count ~ ' of ' ~ line_count ~ ' lines are of invoices A and digits, and '
                ~ 'left out as adjustments'
            ) -%}
        {%- endif -%}
        {%- if cancelled_units > 0 -%}
            {%- do found.append(
                'lines of invoices C and digits, which count as cancellations, have '
                ~ cancelled_units ~ ' units more above zero than below'
            ) -%}
        {%- endif -%}
        {%- if found -%}
            {{ exceptions.warn(
                found | join('; ') ~ '. If the letter means something else, such as a branch, put '
                ~ 'another one in front of InvoiceNo.'
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
