-- The core of the project as one script, the same rows as its models leave, reasons included.
-- The statements after the line "-- fit" read what duckdb_script.py has fitted by then.

-- Every kind of blank is a space, and what has no width is gone; plain ASCII has a byte a character.
create temp macro trimmed(text) as trim(
    case
        when
            strlen(text) = length(text)
            and not contains(text, chr(9)) and not contains(text, chr(10)) and not contains(text, chr(13))
            then text
        else regexp_replace(regexp_replace(text, '[\s\p{Z}]', ' ', 'g'), '\p{Cf}', '', 'g')
    end
);
create temp macro text_or_null(text) as case
    when
        not list_contains(
            [
                '', '-', 'nan', 'null', 'none', 'n/a', '#n/a', '#null!', '#ref!', '#value!', '#name?',
                '#num!', '#div/0!'
            ],
            lower(trimmed(text))
        )
        then trimmed(text)
end;

create table invoice_lines as
with lines as (
    select
        file_row_number + 1 as line_id,
        upper(text_or_null(InvoiceNo)) as invoice_id,
        case
            when CustomerID = try_cast(CustomerID as bigint)
                then nullif(cast(try_cast(CustomerID as bigint) as text), '0')
            else cast(CustomerID as text)
        end as customer_id,
        upper(text_or_null(StockCode)) as stock_code,
        text_or_null(Description) as item_description,
        text_or_null(Country) as country,
        try_cast(Quantity as integer) as quantity,
        try_cast(UnitPrice as decimal(18, 4)) as unit_price,
        case
            when abs(cast(Quantity as double) * UnitPrice) < 1e13
                then try_cast(
                    try_cast(Quantity as integer) * try_cast(UnitPrice as decimal(18, 4))
                    as decimal(18, 4)
                )
        end as line_value,
        StockCode as stock_text,
        Quantity as quantity_number,
        UnitPrice as price_number,
        cast(InvoiceDate as timestamp) as invoiced_at,
        filename as file_path
    from read_parquet($lines, filename = true, file_row_number = true)
),
flagged as (
    select
        *,
        case
            when invoice_id is null then 'invoice number'
            when stock_code is null then 'stock code'
            when quantity is null then 'quantity'
            when unit_price is null then 'unit price'
            when line_value is null then 'line value'
            when invoiced_at is null then 'invoice date'
        end as unreadable_column
    from lines
)
select
    line_id,
    invoice_id,
    customer_id,
    stock_code,
    nullif(stock_text, stock_code) as written_stock_code,
    item_description,
    country,
    parse_filename(file_path) as file_name,
    file_path,
    unreadable_column,
    case unreadable_column
        when 'quantity' then cast(quantity_number as text)
        when 'unit price' then cast(price_number as text)
        when 'line value' then cast(quantity as text) || ' x ' || cast(unit_price as text)
    end as unreadable_text,
    quantity,
    unit_price,
    line_value,
    coalesce(regexp_full_match(invoice_id, 'C\d*') or (quantity < 0 and unit_price > 0), false)
        as is_cancellation,
    invoiced_at
from flagged;

create temp table as_of as
select cast(max(invoiced_at) as date) + 1 as as_of_date from invoice_lines;

-- Lines that share their invoice and item with another, few of all: only these are compared.
create temp table repeats as
with repeated as (
    select hash(customer_id, invoice_id, stock_code) as item_hash
    from invoice_lines
    where unreadable_column is null
    group by 1
    having count(*) > 1
),
copies as (
    select
        line_id,
        row_number() over (
            partition by
                invoice_id, stock_code, quantity, invoiced_at, unit_price, customer_id, country,
                item_description
            order by line_id
        ) as copy_number
    from invoice_lines
    semi join repeated on hash(customer_id, invoice_id, stock_code) = repeated.item_hash
    where unreadable_column is null
)
select line_id, copy_number > 1 as is_duplicate from copies;

create table customers_located as
with by_country as (
    select
        customer_id,
        coalesce(country, 'Unspecified') as country,
        sum(line_value) as net_value,
        max(invoiced_at) as last_invoiced_at
    from invoice_lines
    where customer_id is not null and line_id not in (select line_id from repeats where is_duplicate)
    group by 1, 2
)
select
    customer_id,
    country,
    count(*) over (partition by customer_id) as country_count
from by_country
qualify row_number() over (
    partition by customer_id order by net_value desc, last_invoiced_at desc, country
) = 1;

create temp table services as
with codes as (select distinct stock_code from invoice_lines)
select codes.stock_code, kinds.kind
from codes
inner join read_csv($kinds) as kinds on codes.stock_code like kinds.code_pattern
qualify row_number() over (
    partition by codes.stock_code order by length(kinds.code_pattern) desc, kinds.code_pattern
) = 1;
delete from services where kind = 'merchandise';

-- The ledger: one disposition and reason per line. The first case that holds decides.
create table invoice_lines_classified as
with classified as (
    select
        lines.*,
        services.kind,
        repeats.line_id is not null as is_item_repeated,
        coalesce(regexp_full_match(invoice_id, 'A\d*'), false) as is_adjustment,
        case
            when unreadable_column is not null then 'malformed'
            when is_duplicate then 'duplicate'
            when services.kind is not null or is_adjustment or unit_price < 0
                then 'non_merchandise'
            when
                not is_cancellation
                and (quantity <= 0 or (unit_price = 0 and customer_id is null))
                then 'stock_note'
            when customer_id is null then 'unidentified'
            when is_cancellation then 'cancellation'
            when unit_price = 0 then 'free_good'
            else 'sale'
        end as disposition
    from invoice_lines as lines
    left join repeats on lines.line_id = repeats.line_id
    left join services on lines.stock_code = services.stock_code
)
select
    line_id, invoice_id, customer_id, stock_code, item_description, disposition,
    case disposition
        when 'malformed' then 'cannot read ' || unreadable_column
        when 'duplicate' then 'repeated in its file'
        when 'non_merchandise'
            then coalesce(
                kind, case when is_adjustment then 'adjustment' else 'negative price' end
            )
        when 'stock_note'
            then case
                when quantity <= 0 then 'quantity not above zero' else 'no price, no customer'
            end
        when 'unidentified' then 'no customer id'
        when 'cancellation' then 'goods cancelled'
        when 'free_good' then 'price is zero'
        else 'goods sold'
    end as reason,
    quantity, unit_price, line_value, is_item_repeated, invoiced_at
from classified;

-- Sales and cancellations of what a customer cancelled at all, oldest first.
create temp table events as
with running as (
    select
        lines.*,
        row_number() over ordered as event_number,
        sum(case when is_cancellation then 0 else quantity end) over ordered as sold_so_far,
        sum(case when is_cancellation then abs(quantity) else 0 end) over ordered
            as cancelled_so_far
    from (
        select *, disposition = 'cancellation' as is_cancellation
        from invoice_lines_classified
        where disposition in ('sale', 'cancellation')
    ) as lines
    semi join (
        select customer_id, stock_code
        from invoice_lines_classified
        where disposition = 'cancellation'
    ) as cancelled using (customer_id, stock_code)
    window ordered as (
        partition by customer_id, stock_code
        order by
            invoiced_at, is_cancellation, invoice_id, unit_price, quantity, item_description,
            line_id
        rows unbounded preceding
    )
),
matched as (
    select
        *,
        cancelled_so_far + least(
            0,
            min(sold_so_far - cancelled_so_far) over (
                partition by customer_id, stock_code
                order by event_number
                rows unbounded preceding
            )
        ) as matched_so_far
    from running
)
select
    *,
    matched_so_far - lag(matched_so_far, 1, 0) over (
        partition by customer_id, stock_code order by event_number
    ) as matched_units
from matched;

create table cancellations_matched as
with stretches as (
    select
        customer_id,
        stock_code,
        last_unit - lag(last_unit, 1, 0) over ordered as unit_count,
        first_value(case when not is_cancellation then line_id end ignore nulls) over next_sale
            as sale_line_id,
        first_value(case when is_cancellation then line_id end ignore nulls) over next_sale
            as cancellation_line_id
    from (
        select
            *,
            case when is_cancellation then matched_so_far else sold_so_far end as last_unit
        from events
        where not is_cancellation or matched_units > 0
    )
    window
        ordered as (
            partition by customer_id, stock_code order by last_unit, is_cancellation, event_number
        ),
        next_sale as (
            partition by customer_id, stock_code order by last_unit, is_cancellation, event_number
            rows between current row and unbounded following
        )
),
first_sales as (
    select customer_id, min(invoiced_at) as first_sold_at
    from invoice_lines_classified
    where disposition = 'sale'
    group by 1
)
select
    customer_id, cancellation_line_id, sale_line_id, null as orphan_reason,
    cast(unit_count as bigint) as unit_count
from stretches
where unit_count > 0 and sale_line_id is not null and cancellation_line_id is not null
union all
select
    customer_id, line_id, null,
    case
        when sold_so_far > 0 then 'more than was bought'
        when first_sold_at <= invoiced_at then 'no such item'
        else 'before the data starts'
    end,
    cast(abs(quantity) - matched_units as bigint)
from events left join first_sales using (customer_id)
where is_cancellation and abs(quantity) > matched_units;

create table sale_lines as
select
    line_id, invoice_id, customer_id, stock_code, item_description, unit_price,
    quantity as sold_unit_count,
    coalesce(returned, 0) as returned_unit_count,
    quantity - coalesce(returned, 0) as unit_count,
    line_value as sold_value,
    cast(coalesce(returned, 0) * unit_price as decimal(18, 4)) as returned_value,
    cast(line_value - coalesce(returned, 0) * unit_price as decimal(18, 4)) as net_sales,
    is_item_repeated,
    invoiced_at
from invoice_lines_classified as lines
left join (
    select sale_line_id, cast(sum(unit_count) as integer) as returned
    from cancellations_matched
    where sale_line_id is not null
    group by 1
) as returns on lines.line_id = returns.sale_line_id
where disposition = 'sale';

create table orders as
select
    customer_id, invoice_id,
    count(*) filter (where unit_count > 0) as line_count,
    count(*) filter (where unit_count > 0 and not is_item_repeated)
    + count(distinct stock_code) filter (where unit_count > 0 and is_item_repeated)
        as item_count,
    cast(sum(sold_unit_count) as bigint) as sold_unit_count,
    cast(sum(returned_unit_count) as bigint) as returned_unit_count,
    cast(sum(unit_count) as bigint) as unit_count,
    cast(sum(sold_value) as decimal(18, 4)) as sold_value,
    cast(sum(returned_value) as decimal(18, 4)) as returned_value,
    cast(sum(net_sales) as decimal(18, 4)) as net_sales,
    count(*) filter (where unit_count >= 24) as wholesale_line_count,
    sum(unit_count) > 0 as is_kept,
    min(invoiced_at) as ordered_at,
    max(invoiced_at) as last_line_at,
    cast(min(invoiced_at) as date) as order_date
from sale_lines
group by 1, 2;

create table customer_item_counts as
select
    customer_id, stock_code,
    count(*) filter (where not is_item_repeated)
    + count(distinct invoice_id) filter (where is_item_repeated) as order_count,
    count(*) as line_count,
    cast(sum(unit_count) as bigint) as unit_count,
    cast(sum(net_sales) as decimal(18, 4)) as net_sales,
    cast(min(invoiced_at) as date) as first_bought_date,
    cast(max(invoiced_at) as date) as last_bought_date
from sale_lines
where unit_count > 0
group by 1, 2;

create table customers as
select
    located.customer_id, located.country,
    case
        when order_count > 0 then 'segmented'
        when bought.customer_id is not null then 'returned everything'
        else 'no merchandise bought'
    end as customer_status,
    located.country_count,
    coalesce(order_count, 0) as order_count,
    first_order_date,
    last_order_date
from customers_located as located
left join (
    select
        customer_id,
        count(*) filter (where is_kept) as order_count,
        min(order_date) filter (where is_kept) as first_order_date,
        max(order_date) filter (where is_kept) as last_order_date
    from orders
    group by 1
) as bought on located.customer_id = bought.customer_id;

create table customer_features as
with order_totals as (
    select
        customer_id,
        count(*) as order_count,
        cast(sum(line_count) as bigint) as line_count,
        cast(sum(unit_count) as bigint) as unit_count,
        cast(sum(wholesale_line_count) as bigint) as wholesale_line_count,
        cast(sum(net_sales) as decimal(18, 4)) as net_sales,
        min(net_sales) as min_order_value,
        max(net_sales) as max_order_value,
        median(cast(net_sales as double)) as median_order_value,
        avg(item_count) as items_per_order,
        sum(net_sales) filter (where month(order_date) >= 11) as november_december_sales,
        count(distinct date_trunc('month', order_date)) as active_month_count,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date
    from orders
    where is_kept
    group by 1
),
return_totals as (
    select
        customer_id,
        cast(sum(returned_unit_count) as double) / sum(sold_unit_count) as return_share
    from orders
    group by 1
),
gap_medians as (
    select customer_id, cast(median(gap_days) as double) as median_days_between_orders
    from (
        select
            customer_id,
            order_date - lag(order_date) over (partition by customer_id order by order_date)
                as gap_days
        from (select distinct customer_id, order_date from orders where is_kept)
    )
    group by 1
),
item_totals as (
    select
        customer_id,
        count(*) as item_count,
        count(*) filter (where order_count > 1) as repeat_item_count,
        cast(sum(cast(-share * log2(share) as decimal(18, 15))) as double) as item_entropy_bits
    from (
        select
            items.customer_id,
            items.order_count,
            cast(items.net_sales as double) / cast(totals.net_sales as double) as share
        from customer_item_counts as items
        inner join order_totals as totals on items.customer_id = totals.customer_id
    )
    group by 1
)
select
    customer_id, country,
    cast(as_of_date - last_order_date as bigint) as recency_days,
    cast(as_of_date - first_order_date as bigint) as tenure_days,
    active_month_count,
    median_days_between_orders,
    order_totals.order_count,
    line_count,
    unit_count,
    item_count,
    net_sales,
    cast(net_sales as double) / order_totals.order_count as average_order_value,
    min_order_value,
    max_order_value,
    median_order_value,
    items_per_order,
    cast(net_sales as double) / unit_count as average_unit_price,
    cast(net_sales as double) / line_count as average_line_value,
    cast(repeat_item_count as double) / item_count as repeat_item_share,
    item_entropy_bits,
    coalesce(cast(november_december_sales as double), 0) / cast(net_sales as double)
        as november_december_share,
    cast(wholesale_line_count as double) / line_count as wholesale_line_share,
    return_share,
    first_order_date,
    last_order_date
from order_totals
inner join item_totals using (customer_id)
inner join customers_located using (customer_id)
inner join return_totals using (customer_id)
left join gap_medians using (customer_id)
cross join as_of;

create table items_named as
select stock_code, item_description as item_name
from sale_lines
where item_description is not null
group by stock_code, item_description
qualify row_number() over (
    partition by stock_code order by count(*) desc, max(invoiced_at) desc, item_description
) = 1;

-- What the fit reads: places in the order of the ids, which are the rows and columns of the matrix.
create temp table customer_rows as
select customer_id, row_number() over (order by customer_id) - 1 as place from customer_features;
create temp table item_columns as
select stock_code, row_number() over (order by stock_code) - 1 as place
from (select distinct stock_code from customer_item_counts);

-- fit

create temp table families as
with items as (
    select stock_code, ' ' || replace(upper(item_name), ',', ' ') || ' ' as words from items_named
)
select items.stock_code, keywords.product_family
from items
inner join read_csv($keywords) as keywords
    on
        contains(items.words, ' ' || keyword || ' ')
        or contains(items.words, ' ' || keyword || 'S ')
qualify row_number() over (
    partition by items.stock_code order by priority, length(keyword) desc, keyword
) = 1;

create table dim_segments as
with centroids as (
    select
        cluster_id, component,
        value - avg(value) over (partition by component) as value
    from model_parameters
    where axis = 'taste' and parameter = 'centroid'
),
pulls as (
    select
        centroids.cluster_id,
        families.product_family,
        sum(centroids.value * loadings.value * idfs.value * exp(1 - idfs.value)) as pull
    from model_parameters as loadings
    inner join centroids on loadings.component = centroids.component
    inner join model_parameters as idfs
        on loadings.feature = idfs.feature and idfs.axis = 'taste' and idfs.parameter = 'idf'
    inner join families on loadings.feature = families.stock_code
    where loadings.axis = 'taste' and loadings.parameter = 'loading'
    group by 1, 2
),
ranked as (
    select
        *, row_number() over (partition by cluster_id order by pull desc, product_family) as family_rank
    from pulls
    where pull > 0
),
tastes as (
    select
        cluster_id,
        string_agg(product_family, ', ' order by family_rank) filter (where family_rank <= 2)
            as taste_name
    from ranked
    group by 1
),
profiles as (
    select
        cluster_id,
        case
            when max(value) filter (where feature = 'net_sales') >= 0
                then case
                    when max(value) filter (where feature = 'recency_days') < 0 then 'core'
                    else 'cooling'
                end
            when max(value) filter (where feature = 'recency_days') < 0 then 'active'
            else 'lapsed'
        end as behaviour_profile
    from model_parameters
    where axis = 'behaviour' and parameter = 'centroid'
    group by 1
),
behaviours as (
    select
        cluster_id,
        behaviour_profile,
        behaviour_name || case
            when count(*) over (partition by behaviour_profile) > 1
                then ' ' || cast(
                    row_number() over (partition by behaviour_profile order by cluster_id) as text
                )
            else ''
        end as behaviour_name,
        definition,
        action
    from profiles left join read_csv($playbook) using (behaviour_profile)
)
select
    'B' || cast(behaviours.cluster_id as bigint) || 'T' || cast(tastes.cluster_id as bigint)
        as segment_id,
    behaviours.cluster_id as behaviour_cluster_id,
    tastes.cluster_id as taste_cluster_id,
    behaviour_name || ': ' || taste_name as segment_name,
    behaviour_profile,
    behaviour_name,
    taste_name,
    definition,
    action
from behaviours
cross join tastes;

-- Why customers are nearer to their clusters than to the next ones: first by feature, ...
create temp table feature_scales as
select
    feature,
    max(value) filter (where parameter = 'clip_low') as clip_low,
    max(value) filter (where parameter = 'clip_high') as clip_high,
    max(value) filter (where parameter = 'mean') as mean,
    max(value) filter (where parameter = 'scale') as scale
from model_parameters
where axis = 'behaviour'
group by 1;

create temp table behaviour_centroids as
select
    cluster_id,
    max(value) filter (where feature = 'recency_days') as recency,
    max(value) filter (where feature = 'order_count') as orders,
    max(value) filter (where feature = 'net_sales') as sales
from model_parameters
where axis = 'behaviour' and parameter = 'centroid'
group by 1;

create temp table positions as
select
    customer_id,
    (least(greatest(sqrt(recency_days), days.clip_low), days.clip_high) - days.mean) / days.scale
        as recency,
    (least(greatest(ln(1 + order_count), counts.clip_low), counts.clip_high) - counts.mean)
    / counts.scale as orders,
    (least(greatest(ln(1 + cast(net_sales as double)), pounds.clip_low), pounds.clip_high)
    - pounds.mean) / pounds.scale as sales
from customer_features
inner join feature_scales as days on days.feature = 'recency_days'
inner join feature_scales as counts on counts.feature = 'order_count'
inner join feature_scales as pounds on pounds.feature = 'net_sales';

create temp table behaviour_reasons as
with contributions as (
    select
        customer_id,
        recency_days, order_count, cast(net_sales as double) as net_sales,
        power(positions.recency - next.recency, 2) - power(positions.recency - own.recency, 2)
            as recency,
        power(positions.orders - next.orders, 2) - power(positions.orders - own.orders, 2) as orders,
        power(positions.sales - next.sales, 2) - power(positions.sales - own.sales, 2) as sales
    from positions
    inner join customer_features using (customer_id)
    inner join customer_clusters as clusters using (customer_id)
    inner join behaviour_centroids as own on clusters.behaviour_cluster_id = own.cluster_id
    inner join behaviour_centroids as next
        on clusters.behaviour_runner_up_cluster_id = next.cluster_id
),
typical as (
    select
        percentile_disc(0.5) within group (order by recency_days) as recency_days,
        percentile_disc(0.5) within group (order by order_count) as order_count,
        percentile_disc(0.5) within group (order by net_sales) as net_sales
    from contributions
)
select
    customer_id, 'recency_days' as feature,
    1 + cast(sales >= recency as int) + cast(orders >= recency as int) as reason_rank,
    recency as contribution,
    cast(contributions.recency_days as double) as customer_value,
    cast(typical.recency_days as double) as typical_value,
    'last order ' || format('{:,.0f}', customer_value) || ' day'
    || case when customer_value = 1 then '' else 's' end || ' ago, typical '
    || format('{:,.0f}', typical_value) as reason
from contributions cross join typical
union all
select
    customer_id, 'order_count',
    1 + cast(sales >= orders as int) + cast(recency > orders as int),
    orders,
    cast(contributions.order_count as double),
    cast(typical.order_count as double),
    format('{:,.0f}', cast(contributions.order_count as double)) || ' order'
    || case when contributions.order_count = 1 then '' else 's' end || ', typical '
    || format('{:,.0f}', cast(typical.order_count as double))
from contributions cross join typical
union all
select
    customer_id, 'net_sales',
    1 + cast(orders > sales as int) + cast(recency > sales as int),
    sales,
    contributions.net_sales,
    typical.net_sales,
    format('{:,.0f}', round(contributions.net_sales)) || ' GBP net sales, typical '
    || format('{:,.0f}', round(typical.net_sales))
from contributions cross join typical;

-- ... then by family of items, which each have a part of the squared distances' difference.
create temp table item_weights as
select
    stock_code,
    coalesce(product_family, 'Other') as product_family,
    max(value) filter (where parameter = 'idf') as idf,
    idf * max(value) filter (where component = 1) as weight_1,
    idf * max(value) filter (where component = 2) as weight_2,
    idf * max(value) filter (where component = 3) as weight_3,
    idf * max(value) filter (where component = 4) as weight_4
from item_columns
left join families using (stock_code)
left join model_parameters
    on stock_code = feature and axis = 'taste' and parameter in ('idf', 'loading')
group by 1, 2;

create temp table taste_reasons as
with families as (
    select
        customer_id,
        product_family,
        sum(order_count) as order_count,
        sum(cast(ln(1 + order_count) * weight_1 as decimal(18, 15))) as place_1,
        sum(cast(ln(1 + order_count) * weight_2 as decimal(18, 15))) as place_2,
        sum(cast(ln(1 + order_count) * weight_3 as decimal(18, 15))) as place_3,
        sum(cast(ln(1 + order_count) * weight_4 as decimal(18, 15))) as place_4
    from customer_item_counts
    inner join item_weights using (stock_code)
    group by 1, 2
),
totals as (
    select
        customer_id,
        sum(order_count) as customer_orders,
        sqrt(
            power(cast(sum(place_1) as double), 2) + power(cast(sum(place_2) as double), 2)
            + power(cast(sum(place_3) as double), 2) + power(cast(sum(place_4) as double), 2)
        ) as place_length
    from families
    group by 1
),
centroids as (
    select cluster_id, component, value
    from model_parameters
    where axis = 'taste' and parameter = 'centroid'
),
directions as (
    select
        own.cluster_id as taste_cluster_id,
        next.cluster_id as taste_runner_up_cluster_id,
        max(own.value - next.value) filter (where component = 1) as way_1,
        max(own.value - next.value) filter (where component = 2) as way_2,
        max(own.value - next.value) filter (where component = 3) as way_3,
        max(own.value - next.value) filter (where component = 4) as way_4,
        cast(sum(cast(power(next.value, 2) - power(own.value, 2) as decimal(28, 15))) as double)
            as start
    from centroids as own inner join centroids as next using (component)
    where own.cluster_id <> next.cluster_id
    group by 1, 2
),
customer_directions as (
    select customer_id, directions.*
    from customer_clusters
    inner join directions using (taste_cluster_id, taste_runner_up_cluster_id)
),
typical as (
    select
        product_family,
        cast(sum(order_count) as double) / sum(sum(order_count)) over () as typical_value
    from families
    group by 1
),
parts as (
    select
        customer_id,
        product_family,
        cast(order_count as double) / customer_orders as customer_value,
        coalesce(2 * (
            cast(place_1 as double) * way_1 + cast(place_2 as double) * way_2
            + cast(place_3 as double) * way_3 + cast(place_4 as double) * way_4
        ) / nullif(place_length, 0), 0) as contribution
    from families
    inner join totals using (customer_id)
    left join customer_directions using (customer_id)
    union all
    select customer_id, 'Other', null, start from customer_directions
)
select
    customer_id, product_family, customer_value, typical_value, contribution,
    case
        when product_family = 'Other' then 4
        else least(4, row_number() over (
            partition by customer_id
            order by product_family = 'Other', contribution desc, product_family
        ))
    end as reason_rank
from parts
left join typical using (product_family);

create table customer_reasons as
select
    customer_id, 'behaviour' as axis, feature, reason, cast(reason_rank as bigint) as reason_rank,
    contribution, customer_value, typical_value
from behaviour_reasons
union all
select
    customer_id, 'taste', product_family,
    product_family || ' '
    || case
        when customer_value > 0 and customer_value < 0.005 then 'under 1 %'
        else format('{:,.0f}', round(100 * customer_value)) || ' %'
    end || ' of item orders, typical '
    || case
        when typical_value > 0 and typical_value < 0.005 then 'under 1 %'
        else format('{:,.0f}', round(100 * typical_value)) || ' %'
    end,
    reason_rank, contribution, customer_value, typical_value
from taste_reasons
where reason_rank < 4
union all
select
    customer_id, 'taste', 'all others', 'all others', 4,
    cast(sum(cast(contribution as decimal(28, 15))) as double), null, null
from taste_reasons
where reason_rank = 4
group by 1;

-- The smallest change of one feature that reaches the border to another cluster.
create temp table customer_changes as
with gaps as (
    select
        customer_id,
        others.cluster_id,
        (
            power(positions.recency - others.recency, 2) - power(positions.recency - own.recency, 2)
            + power(positions.orders - others.orders, 2) - power(positions.orders - own.orders, 2)
            + power(positions.sales - others.sales, 2) - power(positions.sales - own.sales, 2)
        ) / 2 as half_gap,
        half_gap / nullif(others.recency - own.recency, 0) as recency_move,
        half_gap / nullif(others.orders - own.orders, 0) as orders_move,
        half_gap / nullif(others.sales - own.sales, 0) as sales_move
    from positions
    inner join customer_clusters using (customer_id)
    inner join behaviour_centroids as own on behaviour_cluster_id = own.cluster_id
    inner join behaviour_centroids as others on behaviour_cluster_id <> others.cluster_id
),
moves as (
    select customer_id, 'recency_days' as feature, recency + recency_move as place, recency_move as move
    from gaps inner join positions using (customer_id)
    union all
    select customer_id, 'order_count', orders + orders_move, orders_move
    from gaps inner join positions using (customer_id)
    union all
    select customer_id, 'net_sales', sales + sales_move, sales_move
    from gaps inner join positions using (customer_id)
),
smallest as (
    select
        customer_id,
        min_by(
            {'feature': feature, 'move': move, 'border': place * scale + mean},
            (abs(move), feature, move)
        ) as change
    from moves
    inner join feature_scales using (feature)
    where place * scale + mean > clip_low and place * scale + mean < clip_high
    group by 1
),
changed as (
    select
        customer_id,
        change.feature,
        change.move,
        case change.feature
            when 'recency_days' then power(change.border, 2) else exp(change.border) - 1
        end as border_value,
        case when change.move > 0 then floor(border_value) + 1 else ceil(border_value) - 1 end
            as changed_value
    from smallest
),
moved as (
    select
        changed.*,
        least(greatest(
            case feature when 'recency_days' then sqrt(changed_value) else ln(1 + changed_value) end,
            clip_low
        ), clip_high) as clipped,
        (clipped - mean) / scale as place
    from changed inner join feature_scales using (feature)
)
select
    moved.customer_id,
    moved.feature,
    moved.move,
    moved.changed_value,
    min_by(
        centroids.cluster_id,
        (
            power(case feature when 'recency_days' then place else positions.recency end
                - centroids.recency, 2)
            + power(case feature when 'order_count' then place else positions.orders end
                - centroids.orders, 2)
            + power(case feature when 'net_sales' then place else positions.sales end
                - centroids.sales, 2),
            centroids.cluster_id
        )
    ) as changed_cluster_id
from moved
inner join positions using (customer_id)
cross join behaviour_centroids as centroids
group by 1, 2, 3, 4;

create table customer_segments as
with reasons as (
    select
        customer_id,
        string_agg(reason, '; ' order by reason_rank) filter (where axis = 'behaviour')
            as behaviour_reason,
        min_by(reason, reason_rank) filter (
            where axis = 'taste' and contribution > 0 and customer_value > typical_value
        ) as taste_reason
    from customer_reasons
    group by 1
),
shown as (
    select
        changes.*,
        case feature
            when 'recency_days' then recency_days
            when 'order_count' then order_count
            else cast(net_sales as double)
        end as customer_value,
        case
            when round(customer_value) <> changed_value then customer_value
            when move > 0 then floor(customer_value)
            else ceil(customer_value)
        end as shown_value,
        case when changed_value = 1 then '' else 's' end as plural
    from customer_changes as changes inner join customer_features using (customer_id)
)
select
    clusters.*,
    segments.segment_id,
    segments.segment_name,
    'B' || cast(clusters.behaviour_runner_up_cluster_id as bigint)
    || 'T' || cast(clusters.taste_cluster_id as bigint) as behaviour_runner_up_segment_id,
    'B' || cast(clusters.behaviour_cluster_id as bigint)
    || 'T' || cast(clusters.taste_runner_up_cluster_id as bigint) as taste_runner_up_segment_id,
    segments.behaviour_profile,
    segments.behaviour_name,
    segments.taste_name,
    behaviour_reason || coalesce('; ' || taste_reason, '') as reason,
    coalesce(
        case feature
            when 'recency_days'
                then 'last order ' || format('{:,.0f}', changed_value) || ' day' || plural || ' ago'
            when 'order_count' then format('{:,.0f}', changed_value) || ' order' || plural
            else format('{:,.0f}', changed_value) || ' GBP net sales'
        end || ' instead of ' || format('{:,.0f}', round(shown_value)) || ' would move it to '
        || changed.segment_name,
        'no change of a single feature would move it'
    ) as smallest_change,
    features.order_count = 1 as is_taste_weak
from customer_clusters as clusters
inner join customer_features as features using (customer_id)
inner join reasons using (customer_id)
left join shown using (customer_id)
left join dim_segments as segments
    on
        clusters.behaviour_cluster_id = segments.behaviour_cluster_id
        and clusters.taste_cluster_id = segments.taste_cluster_id
left join dim_segments as changed
    on
        shown.changed_cluster_id = changed.behaviour_cluster_id
        and clusters.taste_cluster_id = changed.taste_cluster_id;

create table segment_summary as
with order_totals as (
    select
        customer_id,
        sum(sold_unit_count) as sold_unit_count,
        sum(returned_unit_count) as returned_unit_count,
        sum(net_sales) filter (where order_date >= as_of_date - 90) as last_90d_spend,
        sum(net_sales) filter (
            where order_date >= as_of_date - 180 and order_date < as_of_date - 90
        ) as previous_90d_spend
    from orders cross join as_of
    group by 1
)
select
    coalesce(segment_id, 'all') as segment_id,
    count(*) as customer_count,
    sum(features.net_sales) as net_sales,
    sum(last_90d_spend) as net_sales_last_90d,
    sum(previous_90d_spend) as net_sales_previous_90d,
    sum(features.order_count) as order_count,
    median(recency_days) as median_recency_days,
    median(features.order_count) as median_order_count,
    median(item_count) as median_item_count,
    median(cast(features.net_sales as double)) as median_net_sales,
    sum(returned_unit_count) / sum(sold_unit_count) as return_share,
    avg(confidence) as mean_confidence
from customer_segments
inner join customer_features as features using (customer_id)
inner join order_totals using (customer_id)
group by grouping sets ((segment_id), ());
