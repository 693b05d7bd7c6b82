with

invoices as (

    select * from {{ ref('stg_online_retail__invoices') }}

),

final as (

    select distinct
        invoice_key,
        invoice_id

    from invoices

)

select * from final
