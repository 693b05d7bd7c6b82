with

measures as (

    select * from {{ source('kept', 'backtest_measures') }}

),

final as (

    select
        ---------- strings
        input_name,
        design,
        measure,
        case
            when difference_low > 0 then 'segments better'
            when difference_high < 0 then 'segments worse'
            when difference is not null then 'no clear difference'
        end as verdict,

        ---------- numbers
        customer_count,
        buyer_count,
        segment_count,
        value,
        low,
        high,
        difference,
        difference_low,
        difference_high,

        ---------- dates
        as_of_date,
        outcomes_until_date

    from measures
    -- Segments of other variables are no evidence for those of this build.
    where settings = {{ model_settings() }}

)

select * from final
