{#- Behind int_items: warns when keywords know too little of the range to name families at all. -#}
{% macro check_families() %}
    {%- if execute and flags.WHICH in ['build', 'run'] -%}
        {%- set shares -%}
            select
                cast(floor(100 * cast(
                    coalesce(sum(net_sales) filter (where keyword_family is not null), 0) as double
                ) / cast(sum(net_sales) as double)) as integer) as known_percent
            from {{ this }}
            having count(product_family) = 0 and sum(net_sales) > 0
        {%- endset -%}
        {%- for row in run_query(shares).rows -%}
            {%- set unknown = [] -%}
            {%- for item in run_query(
                'select item_name from ' ~ this ~ ' where keyword_family is null '
                ~ 'order by net_sales desc, stock_code limit 3'
            ).rows -%}
                {%- do unknown.append(shown(item[0])) -%}
            {%- endfor -%}
            {{ exceptions.warn(
                'The keywords of families know ' ~ row[0] ~ ' % of net sales, and 67 % are needed for '
                ~ 'families to tell this range: items stand in their place. To have families, add '
                ~ 'words of your items to seeds/product_family_keywords.csv; the best sellers without '
                ~ 'one are ' ~ unknown | join('; ') ~ '.'
            ) }}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
