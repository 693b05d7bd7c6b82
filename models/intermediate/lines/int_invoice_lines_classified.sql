{{ config(
    materialized='incremental',
    tags=['by_customer'],
    meta={'has_unidentified': true},
    pre_hook='{{ forget_touched_customers() }}'
) }}
with

lines as (

    select * from {{ ref('stg_online_retail__invoice_lines') }}
    {{ of_touched_customers() }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

customers as (

    select * from {{ ref('int_customers_located') }}

),

stock_codes as (

    select * from {{ ref('int_stock_codes_classified') }}

),

repeats as (

    select * from {{ ref('int_invoice_lines_repeated') }}

),

placed as (

    select
        lines.*,
        stock_codes.stock_code_kind,
        stock_codes.is_merchandise,
        lines.invoiced_at >= as_of.as_of_date as is_after_as_of,
        {{ is_marked_invoice('lines.invoice_id', 'A') }} as is_adjustment,
        -- A line without a customer belongs to the country that it names.
        coalesce(
            customers.is_in_scope,
            {{ is_in_scope("coalesce(lines.country, 'Unspecified')") }}
        ) as is_in_scope

    from lines

    cross join as_of

    left join customers
        on lines.customer_id = customers.customer_id

    left join stock_codes
        on lines.stock_code = stock_codes.stock_code

),

-- The first case that holds decides, so the order of the cases is the rule.
classified as (

    select
        placed.*,
        repeats.duplicate_reason,
        repeats.line_id is not null as is_item_repeated,
        case
            when placed.unreadable_column is not null then 'malformed'
            when placed.is_after_as_of or not placed.is_in_scope then 'out_of_scope'
            when repeats.duplicate_reason is not null then 'duplicate'
            when
                not placed.is_merchandise
                or placed.is_adjustment
                or placed.unit_price_gbp < 0
                then 'non_merchandise'
            when
                not placed.is_cancellation
                and (
                    placed.quantity <= 0
                    or (placed.unit_price_gbp = 0 and placed.customer_id is null)
                )
                then 'stock_note'
            when placed.customer_id is null then 'unidentified'
            when placed.is_cancellation then 'cancellation'
            when placed.unit_price_gbp = 0 then 'free_good'
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
        invoice_id,
        customer_id,
        stock_code,

        ---------- strings
        item_description,
        disposition,
        case disposition
            when 'malformed' then 'cannot read ' || unreadable_column
            when 'out_of_scope'
                then
                    case
                        when is_after_as_of then 'on or after the as-of date'
                        else 'home country'
                    end
            when 'duplicate' then duplicate_reason
            when 'non_merchandise'
                then
                    case
                        when not is_merchandise then stock_code_kind
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
        unit_price_gbp,
        line_gbp,

        ---------- booleans
        is_item_repeated,

        ---------- timestamps
        invoiced_at

    from classified

)

select * from final
