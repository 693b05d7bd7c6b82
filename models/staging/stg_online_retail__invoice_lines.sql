{#- Lines that cannot be used stop the build here, before anything is made of them. -#}
{{
    config(
        materialized='view',
        post_hook=[
            '{{ check_exchange_rates() }}',
            '{{ check_malformed_share() }}',
            '{{ check_unreadable_values() }}',
            '{{ check_far_lines() }}',
        ]
    )
}}
-- The checks look at them: depends_on: {{ ref('stg_online_retail__currencies') }}
-- depends_on: {{ ref('stg_online_retail__files') }}
-- depends_on: {{ ref('stg_online_retail__invoices') }}
-- depends_on: {{ invoice_lines() }}
with

written_lines as (

    select * from {{ ref('stg_online_retail__written_lines') }}

),

filled_lines as (

    select * from {{ ref('stg_online_retail__filled_lines') }}

),

-- Nearly always all of them.
complete_lines as (

    select written_lines.*
    from written_lines

    left join filled_lines
        on written_lines.line_id = filled_lines.line_id

    where filled_lines.line_id is null

),

final as (

    select
        *,
        false as is_filled

    from complete_lines

    union all

    select
        *,
        true as is_filled

    from filled_lines

)

select * from final
