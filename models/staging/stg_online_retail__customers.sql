with

source as (

    select distinct
        customer_number,
        customer_id

    from {{ invoice_lines() }}

),

-- Tills write something when they know nobody: that is not one large customer.
unknown_customers as (

    select * from {{ ref('unknown_customers') }}

),

trimmed as (

    select
        customer_number,
        customer_id as written_customer_id,
        {{ trimmed('customer_id') }} as customer_id

    from source

),

unguarded as (

    select
        customer_number,
        written_customer_id,
        {{ whole_number_id('customer_id') }} as customer_id

    from trimmed

),

renamed as (

    select
        customer_number,
        written_customer_id,
        case
            when customer_number > 0 then cast(customer_number as {{ dbt.type_string() }})
            when customer_number is null and not {{ is_number_of_nobody('customer_id') }}
                then {{ blank_to_null('customer_id') }}
        end as customer_id

    from unguarded

),

known as (

    select renamed.*
    from renamed

    left join unknown_customers
        on {{ word_key('renamed.customer_id') }} = unknown_customers.written

    where
        renamed.customer_id is not null
        and not {{ is_rounded_id('renamed.customer_id') }}
        and unknown_customers.written is null

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

    from known

),

final as (

    select
        {{ text_key('customer_id') }} as customer_key,
        customer_id,
        customer_number,
        written_customer_id

    from hashed

)

select * from final
