{#-
    The table of models as it was before this build, which is how a build can go on with what an
    earlier one fitted. No ref: ml_kmeans_parameters, which this feeds, would be its own parent.
-#}
{%- set store = adapter.get_relation(this.database, this.schema, 'ml_kmeans_parameters') -%}
with

final as (

    {% if store -%}
        select * from {{ store }}
    {%- else -%}
        select
            cast(null as {{ dbt.type_bigint() }}) as model_version,
            cast(null as {{ dbt.type_string() }}) as axis,
            cast(null as {{ dbt.type_string() }}) as parameter,
            cast(null as {{ dbt.type_string() }}) as feature,
            cast(null as {{ dbt.type_bigint() }}) as component,
            cast(null as {{ dbt.type_bigint() }}) as cluster_id,
            cast(null as double) as value,
            cast(null as {{ dbt.type_string() }}) as text
        where 1 = 0
    {%- endif %}

)

select * from final
