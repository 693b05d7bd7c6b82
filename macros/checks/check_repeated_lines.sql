{#-
    After repeated lines: warns when many lines repeat another of their file in every column. One of
    them counts, which is right for a file that was put together twice over, and too few for a till
    that writes a line for each scan.
-#}
{% macro check_repeated_lines() %}
    {%- if execute -%}
        {%- set most_share = 0.02 -%}
        {%- set repeated = run_query(
            "select count(*) from " ~ this ~ " where duplicate_reason = 'repeated in its file'"
        ).rows[0][0] -%}
        {%- set line_count = run_query(
            'select count(*) from ' ~ ref('stg_online_retail__invoice_lines')
        ).rows[0][0] -%}
        {%- if repeated > most_share * line_count -%}
            {{ exceptions.warn(
                '{:,} of {:,} lines ({:.1%}) are repeated in their file: another line is the same in '
                .format(repeated, line_count, repeated / line_count)
                ~ 'every column, the time included, and only one of them counts. If each was sold, add up '
                ~ 'their quantities in one line.'
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
