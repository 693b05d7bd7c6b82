{#-
    After customers have a country: warns of ids with lines of many countries. A shop has one or two;
    what a till writes for everyone whom it does not know has all of them.
-#}
{% macro check_country_counts() %}
    {%- if execute -%}
        {%- set most_countries = 4 -%}
        {%- set examples = [] -%}
        {%- for row in run_query(
            'select customer_id, country_count from ' ~ this ~ ' where country_count > '
            ~ most_countries ~ ' order by country_count desc, customer_id limit 3'
        ).rows -%}
            {%- do examples.append(shown(row[0]) ~ ' (' ~ row[1] ~ ' countries)') -%}
        {%- endfor -%}
        {%- if examples -%}
            {{ exceptions.warn(
                'Customer ids with lines of more than ' ~ most_countries ~ ' countries: '
                ~ examples | join(', ') ~ '. Each counts as one customer. If an id stands for people '
                ~ 'whom the shop does not know, leave CustomerID empty in these lines.'
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
