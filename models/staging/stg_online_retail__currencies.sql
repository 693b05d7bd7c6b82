{#- Amounts of a currency without any rate stop the build here, before lines are made of them. -#}
{{ config(post_hook='{{ check_currencies() }}') }}
with

source as (

    select distinct currency as written_currency
    from {{ invoice_lines() }}
    where currency is not null

),

names as (

    select * from {{ ref('currencies') }}

),

rates as (

    select distinct upper(currency) as currency
    from {{ ref('exchange_rates') }}

),

-- A sign such as $ is of several currencies: the shop's if it can be, else the one that has a rate.
candidates as (

    select
        source.written_currency,
        names.currency,
        case
            when names.currency = {{ quoted(var('currency')) }} then 0
            when rates.currency is not null then 1
            else 2
        end as choice

    from source

    left join names
        on lower({{ trimmed('source.written_currency') }}) = names.written

    left join rates
        on names.currency = rates.currency

),

best_choices as (

    select
        written_currency,
        min(choice) as choice

    from candidates
    group by written_currency

),

resolved as (

    select
        candidates.written_currency,
        case
            when count(candidates.currency) = 1 then min(candidates.currency)
            else upper(candidates.written_currency)
        end as currency

    from candidates

    inner join best_choices
        on
            candidates.written_currency = best_choices.written_currency
            and candidates.choice = best_choices.choice

    group by candidates.written_currency

),

final as (

    select
        ---------- ids
        {{ text_key('currency') }} as currency_key,
        currency,
        written_currency,

        ---------- booleans
        currency = {{ quoted(var('currency')) }} as is_of_shop

    from resolved

)

select * from final
