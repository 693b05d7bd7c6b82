with

rates as (

    select * from {{ ref('exchange_rates') }}

),

currencies as (

    select distinct
        currency_key,
        currency

    from {{ ref('stg_online_retail__currencies') }}
    where not is_of_shop

),

final as (

    select
        ---------- ids
        currencies.currency_key,

        ---------- numbers
        rates.rate,

        ---------- dates
        rates.from_date,
        lead(rates.from_date) over (
            partition by currencies.currency_key order by rates.from_date
        ) as until_date

    from rates

    inner join currencies
        on upper(rates.currency) = currencies.currency

)

select * from final
