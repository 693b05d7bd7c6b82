{#-
    After the currencies of the files are known: stops the build where amounts are not all of the
    variable's currency and there are no rates for the others. Their sum would be no amount of anything.
-#}
{% macro check_currencies() %}
    {%- if execute -%}
        {%- set found, foreign, without_rate = [], [], [] -%}
        {%- for row in run_query(
            'select coalesce(currencies.currency, ' ~ quoted(var('currency')) ~ '), '
            ~ 'coalesce(currencies.is_of_shop, true), max(rates.currency), count(*) as line_count '
            ~ 'from ' ~ invoice_lines() ~ ' as source left join ' ~ this
            ~ ' as currencies on source.currency = currencies.written_currency left join (select '
            ~ 'distinct upper(currency) as currency from ' ~ ref('exchange_rates') ~ ') as rates '
            ~ 'on currencies.currency = rates.currency group by 1, 2 order by 4 desc, 1'
        ).rows if run_query('select count(*) from ' ~ this ~ ' where not is_of_shop').columns[0][0] -%}
            {%- do found.append(shown(row[0]) ~ ' (' ~ row[3] ~ ' lines)') -%}
            {%- if not row[1] -%}
                {%- do foreign.append(shown(row[0])) -%}
                {%- if not row[2] -%} {%- do without_rate.append(shown(row[0])) -%} {%- endif -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if without_rate -%}
            {%- set is_one = found | length == 1 and modules.re.fullmatch('[A-Z]{3}', foreign[0]) -%}
            {{ exceptions.raise_compiler_error(
                'Amounts are in ' ~ found | join(', ') ~ '; the variable currency is '
                ~ var('currency') ~ '. ' ~ (
                    "If this is the shop's currency, set it: --vars 'currency: " ~ foreign[0] ~ "'."
                    if is_one else
                    'Different currencies cannot be added up. Add what one unit of '
                    ~ without_rate | join(', ') ~ ' is worth in ' ~ var('currency')
                    ~ ' to seeds/exchange_rates.csv, such as ' ~ without_rate[0]
                    ~ ',2010-12-01,0.85 (currency, from date, rate); or set the variable currency; '
                    ~ 'or build from the lines of one currency.'
                )
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}

{#- After staging: a rate holds from its day on, so an invoice before the first rate has none. -#}
{% macro check_exchange_rates() %}
    {%- if execute -%}
        {%- for row in run_query(
            'select currencies.currency, count(*) as line_count, min(lines.invoiced_at), '
            ~ 'max(lines.invoiced_at) from ' ~ this ~ ' as lines inner join (select distinct '
            ~ 'currency_key, currency, is_of_shop from ' ~ ref('stg_online_retail__currencies')
            ~ ') as currencies on lines.currency_key = currencies.currency_key '
            ~ 'where not currencies.is_of_shop and lines.unit_price is null '
            ~ 'and lines.written_unit_price is not null and lines.invoiced_at is not null '
            ~ 'group by 1 order by 1 limit 1'
        ).rows -%}
            {{ exceptions.raise_compiler_error(
                row[1] ~ ' lines in ' ~ row[0] ~ ' of ' ~ row[2] ~ ' to ' ~ row[3]
                ~ ' have no rate in seeds/exchange_rates.csv. Add one that holds from '
                ~ (row[2] | string)[:10] ~ ' or before: ' ~ row[0] ~ ',' ~ (row[2] | string)[:10]
                ~ ',0.85 (currency, from date, what one ' ~ row[0] ~ ' is worth in '
                ~ var('currency') ~ ').'
            ) }}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
