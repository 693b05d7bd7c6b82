{#-
    After customers have a country: warns when none is of the home country though somebody has set it,
    though some are of a country that is the same by another name, or though most are of one other.
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
