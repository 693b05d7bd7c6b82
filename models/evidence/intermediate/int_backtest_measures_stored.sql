{#-
    What the last `make backtest` measured. It is no source: most warehouses have none, and a build
    must not ask for one.
-#}
{%- set stored = adapter.get_relation(this.database, 'raw', 'backtest_measures') -%}
with

final as (

    {% if stored -%}
        select * from {{ stored }}
    {%- else -%}
        select
            cast(null as {{ dbt.type_string() }}) as settings,
            cast(null as {{ dbt.type_string() }}) as input_name,
            cast(null as {{ dbt.type_string() }}) as design,
            cast(null as {{ dbt.type_string() }}) as measure,
            cast(null as {{ dbt.type_bigint() }}) as customer_count,
            cast(null as {{ dbt.type_bigint() }}) as buyer_count,
            cast(null as {{ dbt.type_bigint() }}) as segment_count,
            cast(null as double) as value,
            cast(null as double) as low,
            cast(null as double) as high,
            cast(null as double) as difference,
            cast(null as double) as difference_low,
            cast(null as double) as difference_high,
            cast(null as date) as as_of_date,
            cast(null as date) as outcomes_until_date
        where 1 = 0
    {%- endif %}

)

select * from final
