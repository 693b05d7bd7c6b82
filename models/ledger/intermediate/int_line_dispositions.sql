{{ config(materialized='view') }}
with

lines as (

    select * from {{ ref('stg_online_retail__invoice_lines') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- Few. Everybody else is in the one country that their lines name, as is a line without a customer.
customers_of_countries as (

    select * from {{ ref('int_customer_countries') }}
    where country_count > 1

),

countries as (

    select distinct
        country_key,
        {{ is_in_scope('country') }} as is_in_scope

    from {{ ref('stg_online_retail__countries') }}

),

services as (

    select * from {{ ref('dim_stock_codes') }}
    where not is_merchandise

),

repeats as (

    select * from {{ ref('int_invoice_lines_repeated') }}

),

placed as (

    select
        lines.*,
        services.stock_code_kind as service_kind,
        lines.invoiced_at >= as_of.as_of_date as is_after_as_of,
        coalesce(
            customers_of_countries.is_in_scope,
            countries.is_in_scope,
            {{ is_in_scope("'Unspecified'") }}
        ) as is_in_scope

    from lines

    cross join as_of

    left join customers_of_countries
        on lines.customer_key = customers_of_countries.customer_key

    left join countries
        on lines.country_key = countries.country_key

    left join services
        on lines.item_key = services.item_key

),

-- The first case that holds decides, so the order of the cases is the rule.
classified as (

    select
        placed.*,
        repeats.duplicate_reason,
        repeats.line_id is not null as is_item_repeated,
        case
            when not placed.is_line then 'no_line'
            when placed.unreadable_column is not null then 'malformed'
            when placed.is_after_as_of or not placed.is_in_scope or placed.is_void
                then 'out_of_scope'
            when repeats.duplicate_reason is not null then 'duplicate'
            when
                placed.service_kind is not null
                or placed.is_adjustment
                or placed.unit_price < 0
                then 'non_merchandise'
            when
                not placed.is_cancellation
                and (
                    placed.quantity <= 0
                    or (placed.unit_price = 0 and placed.customer_key is null)
                )
                then 'stock_note'
            when placed.customer_key is null then 'unidentified'
            when placed.is_cancellation then 'cancellation'
            when placed.unit_price = 0 then 'free_good'
            else 'sale'
        end as disposition

    from placed

    left join repeats
        on placed.line_id = repeats.line_id

),

final as (

    select
        ---------- ids
        line_id,
        invoice_key,
        customer_key,
        item_key,
        description_key,
        currency_key,

        ---------- strings
        disposition,
        case disposition
            when 'no_line' then unreadable_column
            when 'malformed' then 'cannot read ' || unreadable_column
            when 'out_of_scope'
                then
                    case
                        when is_after_as_of then 'on or after the as-of date'
                        when not is_in_scope then 'home country'
                        else 'order is no sale by its status'
                    end
            when 'duplicate' then duplicate_reason
            when 'non_merchandise'
                then
                    case
                        when service_kind is not null then service_kind
                        when is_adjustment then 'adjustment'
                        else 'negative price'
                    end
            when 'stock_note'
                then
                    case
                        when quantity <= 0 then 'quantity not above zero'
                        else 'no price, no customer'
                    end
            when 'unidentified' then 'no customer id'
            when 'cancellation' then 'goods cancelled'
            when 'free_good' then 'price is zero'
            else 'goods sold'
        end as reason,

        ---------- numbers
        quantity,
        unit_price,
        line_value,
        written_unit_price,

        ---------- booleans
        is_item_repeated,
        is_cancellation,
        is_filled,

        ---------- timestamps
        invoiced_at

    from classified

)

select * from final
