{%- set features = clustered_features() -%}
{%- set features_text = "'" ~ features | join("', '") ~ "'" -%}

with

models as (

    select * from {{ ref('dim_models') }}

),

parameters as (

    select * from {{ ref('ml_kmeans_parameters') }}

),

month_ends as (

    select * from {{ ref('int_month_ends') }}

),

-- Customers as they were have positions in these features and components only.
scorable as (

    select model_version
    from parameters
    group by 1
    having
        count(*) filter (where parameter = 'mean' and feature in ({{ features_text }}))
        = {{ features | length }}
        and count(*) filter (where parameter = 'mean') = {{ features | length }}
        and max(component) filter (where parameter = 'loading')
        = {{ component_count() }}

),

in_force as (

    select
        models.model_version,
        scorable.model_version as replaced_model_version,
        models.as_of_date > month_ends.previous_as_of_date as is_fitted_since

    from models

    left join scorable
        on models.compared_model_version = scorable.model_version

    cross join month_ends

    where
        models.is_in_force
        and month_ends.is_current

),

final as (

    select
        case
            when is_fitted_since then coalesce(replaced_model_version, model_version)
            else model_version
        end as model_version

    from in_force

)

select * from final
