{#-
    After customers have a country: warns when none is of the home country, and most are of one other,
    which is what the home country may be called in the file.
-#}
{% macro check_home_country() %}
    {%- if execute and var('customer_scope') == 'international' -%}
        {%- set countries = run_query(
            'select country, count(*) as customer_count from ' ~ this
            ~ ' group by 1 order by 2 desc, 1'
        ).rows -%}
        {%- set home = var('home_country') | trim -%}
        {%- set names = countries | map(attribute=0) | map('lower') | list -%}
        {%- set customer_count = countries | sum(attribute=1) -%}
        {%- if countries and home | lower not in names
            and 2 * countries[0][1] > customer_count -%}
            {{ exceptions.warn(
                'No customer is of ' ~ home ~ ' (variable home_country), and ' ~ countries[0][1]
                ~ ' of ' ~ customer_count ~ ' customers are of ' ~ countries[0][0] ~ ': all of them '
                ~ "count as international. If that is home, set --vars 'home_country: "
                ~ countries[0][0] ~ "', with customer_scope: all to see its customers too."
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
