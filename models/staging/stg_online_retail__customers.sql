{#- Tills write something when they know nobody: that is not one large customer. -#}
{%- set nobody = ['0', '0.0', '?', 'na', 'nil', 'guest', 'anonymous', 'unknown'] %}

with

source as (

    select distinct
        customer_number,
        customer_id

    from {{ source('online_retail', 'invoice_lines') }}

),

trimmed as (

    select
        customer_number,
        customer_id as written_customer_id,
        {{ trimmed('customer_id') }} as customer_id

    from source

),

renamed as (

    select
        customer_number,
        written_customer_id,
        case
            when customer_number is not null
                then nullif(cast(customer_number as {{ dbt.type_string() }}), '0')
            else {{ whole_number_id(blank_to_null('customer_id', or_words=nobody)) }}
        end as customer_id

    from trimmed

),

-- One address however it is written; published it would tell who somebody is.
hashed as (

    select
        customer_number,
        written_customer_id,
        case
            when
                customer_id like '%_@_%._%'
                and {{ quoted(var('customer_emails')) }} = 'hashes'
                then {{ email_hash('lower(customer_id)') }}
            else customer_id
        end as customer_id

    from renamed

),

final as (

    select
        {{ text_key('customer_id') }} as customer_key,
        customer_id,
        customer_number,
        written_customer_id

    from hashed
    where customer_id is not null

)

select * from final
