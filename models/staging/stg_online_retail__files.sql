with

source as (

    select distinct
        file_path,
        file_name

    from {{ invoice_lines() }}

),

final as (

    select
        {{ text_key('file_path') }} as file_key,
        file_path,
        file_name

    from source

)

select * from final
