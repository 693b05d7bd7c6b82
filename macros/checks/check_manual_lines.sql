{#-
    After the ledger: warns when lines entered by hand hold much of the money. They are no merchandise,
    so no customer is credited with them, though some may be sales without a stock code.
-#}
{% macro check_manual_lines() %}
    {%- if execute -%}
        {%- set most_value = 0.02 -%}
        {%- set row = run_query(
            "select sum(case when reason = 'manual' then line_count end), "
            ~ "sum(case when reason = 'manual' then line_value end), "
            ~ "sum(case when disposition = 'sale' then line_value end) from " ~ this
        ).rows[0] -%}
        {%- set line_count, manual_value, sold_value = row[0] or 0, row[1] or 0, row[2] or 0 -%}
        {%- if (manual_value | float) | abs > most_value * (sold_value | float) -%}
            {{ exceptions.warn(
                '{:,} lines entered by hand (stock codes of the kind manual) hold {:,.2f}, '.format(
                    line_count, manual_value
                )
                ~ '{:.1%} of the value of goods sold, and count for no customer. '.format(
                    (manual_value | float) | abs / (sold_value | float) if sold_value else 1
                )
                ~ 'If they are sales, take their code out of seeds/stock_code_kinds.csv.'
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
