{#-
    After customers have a country: warns when none is of the home country though somebody has set it,
    though some are of a country that is the same by another name, or though most are of one other.
    Stops the build when the home country is none that is known, and one of the lines has its name but
    for a letter or two.
-#}
{% macro check_home_country() %}
    {%- if execute and var('customer_scope') == 'international' -%}
        {%- set home = var('home_country') | trim -%}
        {%- set british = ['united kingdom', 'uk', 'u.k.', 'gb', 'great britain', 'britain'] -%}
        {%- set countries = run_query(
            'select country, count(*) as customer_count from ' ~ this
            ~ ' group by 1 order by 2 desc, 1'
        ).rows -%}
        {%- set customer_count = countries | sum(attribute=1) -%}
        {%- set found = namespace(is_there=false, likely=none) -%}
        {%- for row in countries | reverse -%}
            {%- if row[0] | lower == home | lower -%} {%- set found.is_there = true -%} {%- endif -%}
            {%- set is_same = row[0] | lower in british and home | lower in british -%}
            {%- if is_same or (2 * row[1] > customer_count and not found.likely) -%}
                {%- set found.likely = row -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set is_set = 'home_country' in (invocation_args_dict.get('vars') or {}) -%}
        {%- if countries and not found.is_there -%} {%- do _stop_if_misspelt(home) -%} {%- endif -%}
        {%- if countries and not found.is_there and (found.likely or is_set) -%}
            {%- set likely = found.likely or countries[0] -%}
            {{ exceptions.warn(
                'No customer is of ' ~ home ~ ' (variable home_country), and ' ~ likely[1]
                ~ ' of ' ~ customer_count ~ ' customers are of ' ~ shown(likely[0]) ~ ': all of them '
                ~ "count as international. If that is home, set --vars 'home_country: "
                ~ shown(likely[0]) ~ "', with customer_scope: all to see its customers too."
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}

{% macro _stop_if_misspelt(home) %}
    {%- set is_known = run_query(
        'select count(*) from ' ~ ref('country_regions') ~ ' where lower(country) = '
        ~ quoted(home | lower)
    ).columns[0][0] -%}
    {%- set countries = run_query(
        'select countries.country, count(*) from ' ~ ref('stg_online_retail__invoice_lines')
        ~ ' as lines inner join (select distinct country_key, country from '
        ~ ref('stg_online_retail__countries') ~ ') as countries on lines.country_key = '
        ~ 'countries.country_key group by 1 order by 2 desc, 1'
    ).rows -%}
    {%- set meant = nearest(home, countries | map(attribute=0) | list) if not is_known -%}
    {%- if meant and meant | lower != home | lower -%}
        {%- set line_count = (countries | selectattr(0, 'equalto', meant) | first)[1] -%}
        {{ exceptions.raise_compiler_error(
            'No line is of ' ~ home ~ ' (variable home_country). Did you mean ' ~ shown(meant) ~ ' ('
            ~ '{:,}'.format(line_count | int) ~ " lines)? Set --vars 'home_country: " ~ shown(meant) ~ "'."
        ) }}
    {%- endif -%}
{% endmacro %}
