with

parameters as (

    select * from {{ ref('ml_kmeans_parameters') }}

),

models as (

    select * from {{ ref('dim_models') }}

),

bins as (

    select
        parameters.model_version,
        parameters.axis,
        parameters.component as confidence_decile,
        max(parameters.value) filter (
            where parameters.parameter = 'calibration_customer_count'
        ) as customer_count,
        max(parameters.value) filter (
            where parameters.parameter = 'calibration_confidence'
        ) as mean_confidence,
        max(parameters.value) filter (
            where parameters.parameter = 'calibration_agreed'
        ) as agreed_share

    from parameters

    inner join models
        on parameters.model_version = models.model_version

    where
        models.is_in_force
        and parameters.parameter in (
            'calibration_customer_count', 'calibration_confidence', 'calibration_agreed'
        )
    group by 1, 2, 3

),

-- Decimals, because they add up to the same sum in any order.
axes as (

    select
        axis,
        sum(customer_count) as customer_count,
        sum(
            cast(customer_count * abs(mean_confidence - agreed_share) as decimal(18, 9))
        ) as error_sum

    from bins
    group by 1

),

final as (

    select
        ---------- ids
        bins.model_version,

        ---------- strings
        bins.axis,

        ---------- numbers
        bins.confidence_decile,
        cast(bins.customer_count as bigint) as customer_count,
        bins.mean_confidence,
        bins.agreed_share,
        cast(axes.error_sum as double) / axes.customer_count as expected_calibration_error

    from bins

    inner join axes
        on bins.axis = axes.axis

)

select * from final
