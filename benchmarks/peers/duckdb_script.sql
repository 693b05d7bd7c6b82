-- From lines to the summary of segments as one script: the same rows as the project's models leave.
-- The statements after the line "-- fit" read what duckdb_script.py has fitted by then.

create temp macro whole(value) as cast(value as bigint);
create temp macro pounds(value) as cast(value as decimal(18, 4));
create temp macro double_of(value) as cast(value as double);

-- Every kind of blank is a space, what has no width is gone; plain ASCII has a byte a character.
create temp macro trimmed(text) as trim(if(
    strlen(text) = length(text) and not contains(text, chr(9))
    and not contains(text, chr(10)) and not contains(text, chr(13)),
    text,
    regexp_replace(regexp_replace(text, '[\s\p{Z}]', ' ', 'g'), '\p{Cf}', '', 'g')
));
create temp macro text_or_null(text) as if(
    list_contains([
        '', '-', 'nan', 'null', 'none', 'n/a', '#n/a', '#null!', '#ref!', '#value!', '#name?',
        '#num!', '#div/0!'
    ], lower(trimmed(text))),
    null, trimmed(text)
);

create table invoice_lines as
with lines as (
    select
        file_row_number + 1 as line_id,
        upper(text_or_null(InvoiceNo)) as invoice_id,
        if(
            CustomerID = try_cast(CustomerID as bigint),
            nullif(cast(try_cast(CustomerID as bigint) as text), '0'), cast(CustomerID as text)
        ) as customer_id,
        upper(text_or_null(StockCode)) as stock_code,
        text_or_null(Description) as item_description,
        text_or_null(Country) as country,
        try_cast(Quantity as integer) as quantity,
        try_cast(UnitPrice as decimal(18, 4)) as unit_price,
        case
            when abs(double_of(Quantity) * UnitPrice) < 1e13
                then try_cast(try_cast(Quantity as integer) * unit_price as decimal(18, 4))
        end as line_value,
        cast(InvoiceDate as timestamp) as invoiced_at, filename as file_path,
        StockCode as stock_text, Quantity as quantity_number, UnitPrice as price_number
    from read_parquet($lines, filename = true, file_row_number = true)
),
flagged as (
    select *, case
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
    line_id, invoice_id, customer_id, stock_code,
    nullif(stock_text, stock_code) as written_stock_code, item_description, country,
    parse_filename(file_path) as file_name, file_path, unreadable_column,
    case unreadable_column
        when 'quantity' then cast(quantity_number as text)
        when 'unit price' then cast(price_number as text)
        when 'line value' then cast(quantity as text) || ' x ' || cast(unit_price as text)
    end as unreadable_text,
    quantity, unit_price, line_value,
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
)
select
    line_id,
    row_number() over (
        partition by
            invoice_id, stock_code, quantity, invoiced_at, unit_price, customer_id, country,
            item_description
        order by line_id
    ) > 1 as is_duplicate
from invoice_lines
semi join repeated on hash(customer_id, invoice_id, stock_code) = repeated.item_hash
where unreadable_column is null;

create temp table customers_located as
with by_country as (
    select
        customer_id, coalesce(country, 'Unspecified') as country,
        sum(line_value) as net_value, max(invoiced_at) as last_invoiced_at
    from invoice_lines
    where
        customer_id is not null
        and line_id not in (select line_id from repeats where is_duplicate)
    group by 1, 2
)
select customer_id, country, count(*) over (partition by customer_id) as country_count
from by_country
qualify row_number() over (
    partition by customer_id order by net_value desc, last_invoiced_at desc, country
) = 1;

create temp table services as
select stock_code, kind
from (select distinct stock_code from invoice_lines)
inner join read_csv($kinds) on stock_code like code_pattern
qualify row_number() over (
    partition by stock_code order by length(code_pattern) desc, code_pattern
) = 1;
delete from services where kind = 'merchandise';

-- The ledger: one disposition and reason per line. The first case that holds decides.
create table invoice_lines_classified as
with classified as (
    select
        lines.*, services.kind,
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
            then coalesce(kind, if(is_adjustment, 'adjustment', 'negative price'))
        when 'stock_note' then if(quantity <= 0, 'quantity not above zero', 'no price, no customer')
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
        lines.*, row_number() over ordered as event_number,
        sum(if(is_cancellation, 0, quantity)) over ordered as sold_so_far,
        sum(if(is_cancellation, abs(quantity), 0)) over ordered as cancelled_so_far
    from (
        select *, disposition = 'cancellation' as is_cancellation
        from invoice_lines_classified
        where disposition in ('sale', 'cancellation')
    ) as lines
    semi join (from invoice_lines_classified where disposition = 'cancellation') as cancelled
        using (customer_id, stock_code)
    window ordered as (
        partition by customer_id, stock_code
        order by invoiced_at, is_cancellation, invoice_id, unit_price, quantity,
            item_description, line_id
        rows unbounded preceding
    )
),
matched as (
    select *, cancelled_so_far + least(0, min(sold_so_far - cancelled_so_far) over (
        partition by customer_id, stock_code order by event_number rows unbounded preceding
    )) as matched_so_far
    from running
)
select *, matched_so_far - lag(matched_so_far, 1, 0) over (
    partition by customer_id, stock_code order by event_number
) as matched_units
from matched;

create table cancellations_matched as
with stretches as (
    select
        customer_id, last_unit - lag(last_unit, 1, 0) over ordered as unit_count,
        first_value(if(is_cancellation, null, line_id) ignore nulls) over next_one as sale_line_id,
        first_value(if(is_cancellation, line_id, null) ignore nulls) over next_one
            as cancellation_line_id
    from (
        select *, if(is_cancellation, matched_so_far, sold_so_far) as last_unit
        from events
        where not is_cancellation or matched_units > 0
    )
    window
        ordered as (
            partition by customer_id, stock_code order by last_unit, is_cancellation, event_number
        ),
        next_one as (ordered rows between current row and unbounded following)
),
first_sales as (
    select customer_id, min(invoiced_at) as first_sold_at
    from invoice_lines_classified
    where disposition = 'sale'
    group by 1
)
select
    customer_id, cancellation_line_id, sale_line_id, null as orphan_reason,
    whole(unit_count) as unit_count
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
    whole(abs(quantity) - matched_units)
from events
left join first_sales using (customer_id)
where is_cancellation and abs(quantity) > matched_units;

create table sale_lines as
select
    line_id, invoice_id, customer_id, stock_code, item_description, unit_price,
    quantity as sold_unit_count, coalesce(returned, 0) as returned_unit_count,
    quantity - coalesce(returned, 0) as net_unit_count,
    line_value as sold_value, pounds(coalesce(returned, 0) * unit_price) as returned_value,
    pounds(line_value - coalesce(returned, 0) * unit_price) as net_sales,
    is_item_repeated, invoiced_at
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
    count(*) filter (where net_unit_count > 0) as line_count,
    count(*) filter (where net_unit_count > 0 and not is_item_repeated)
    + count(distinct stock_code) filter (where net_unit_count > 0 and is_item_repeated) as item_count,
    whole(sum(sold_unit_count)) as sold_unit_count,
    whole(sum(returned_unit_count)) as returned_unit_count,
    whole(sum(net_unit_count)) as net_unit_count,
    pounds(sum(sold_value)) as sold_value, pounds(sum(returned_value)) as returned_value,
    pounds(sum(net_sales)) as net_sales,
    count(*) filter (where net_unit_count >= 24) as wholesale_line_count,
    sum(net_unit_count) > 0 as has_net_units,
    min(invoiced_at) as ordered_at, max(invoiced_at) as last_line_at,
    cast(min(invoiced_at) as date) as order_date
from sale_lines
group by 1, 2;

create table customer_item_counts as
select
    customer_id, stock_code,
    count(*) filter (where not is_item_repeated)
    + count(distinct invoice_id) filter (where is_item_repeated) as order_count,
    count(*) as line_count, whole(sum(net_unit_count)) as net_unit_count,
    pounds(sum(net_sales)) as net_sales,
    cast(min(invoiced_at) as date) as first_bought_date,
    cast(max(invoiced_at) as date) as last_bought_date
from sale_lines
where net_unit_count > 0
group by 1, 2;

create table customers as
select
    customer_id, country,
    case
        when bought.order_count > 0 then 'segmented'
        when bought.order_count = 0 then 'returned everything'
        else 'no merchandise bought'
    end as customer_status,
    country_count,
    coalesce(bought.order_count, 0) as order_count,
    first_order_date, last_order_date
from customers_located
left join (
    select
        customer_id, count(*) filter (where has_net_units) as order_count,
        min(order_date) filter (where has_net_units) as first_order_date,
        max(order_date) filter (where has_net_units) as last_order_date
    from orders
    group by 1
) as bought using (customer_id);

create table customer_features as
with order_totals as (
    select
        customer_id, count(*) as order_count, whole(sum(line_count)) as line_count,
        whole(sum(net_unit_count)) as net_unit_count, pounds(sum(net_sales)) as net_sales,
        sum(wholesale_line_count) / sum(line_count) as wholesale_line_share,
        min(net_sales) as min_order_value, max(net_sales) as max_order_value,
        median(double_of(net_sales)) as median_order_value, avg(item_count) as items_per_order,
        sum(net_sales) filter (where month(order_date) >= 11) as november_december_sales,
        count(distinct date_trunc('month', order_date)) as active_month_count,
        min(order_date) as first_order_date, max(order_date) as last_order_date
    from orders
    where has_net_units
    group by 1
),
return_totals as (
    select customer_id, double_of(sum(returned_unit_count)) / sum(sold_unit_count) as return_share
    from orders
    group by 1
),
gap_medians as (
    select customer_id, double_of(median(gap_days)) as median_days_between_orders
    from (
        select customer_id, order_date - lag(order_date) over days as gap_days
        from (select distinct customer_id, order_date from orders where has_net_units)
        window days as (partition by customer_id order by order_date)
    )
    group by 1
),
item_totals as (
    select
        customer_id, count(*) as item_count,
        count(*) filter (where order_count > 1) / count(*) as repeat_item_share,
        double_of(sum(cast(-share * log2(share) as decimal(18, 15)))) as item_entropy_bits
    from (
        select
            customer_id, items.order_count,
            double_of(items.net_sales) / double_of(totals.net_sales) as share
        from customer_item_counts as items inner join order_totals as totals using (customer_id)
    )
    group by 1
)
select
    customer_id, country,
    whole(as_of_date - last_order_date) as recency_days,
    whole(as_of_date - first_order_date) as tenure_days,
    active_month_count, median_days_between_orders,
    order_totals.order_count, line_count, net_unit_count, item_count, net_sales,
    double_of(net_sales) / order_totals.order_count as average_order_value,
    min_order_value, max_order_value, median_order_value, items_per_order,
    double_of(net_sales) / net_unit_count as average_unit_price,
    double_of(net_sales) / line_count as average_line_value,
    repeat_item_share, item_entropy_bits,
    double_of(coalesce(november_december_sales, 0)) / double_of(net_sales)
        as november_december_share,
    wholesale_line_share, return_share, first_order_date, last_order_date
from order_totals
inner join item_totals using (customer_id)
inner join customers_located using (customer_id)
inner join return_totals using (customer_id)
left join gap_medians using (customer_id)
cross join as_of;

-- What the fit reads: places in the order of the ids, which are the rows and columns of the matrix.
create temp table customer_rows as
select customer_id, row_number() over (order by customer_id) - 1 as place from customer_features;
create temp table item_columns as
select stock_code, row_number() over (order by stock_code) - 1 as place
from (select distinct stock_code from customer_item_counts);

-- fit

-- The family of each item that has a keyword in the description most sold under its code.
create temp table families as
with items as (
    select stock_code, ' ' || replace(upper(item_description), ',', ' ') || ' ' as words
    from sale_lines
    where item_description is not null
    group by stock_code, item_description
    qualify row_number() over (
        partition by stock_code order by count(*) desc, max(invoiced_at) desc, item_description
    ) = 1
)
select stock_code, product_family
from items
inner join read_csv($keywords)
    on contains(words, ' ' || keyword || ' ') or contains(words, ' ' || keyword || 'S ')
qualify row_number() over (
    partition by stock_code order by priority, length(keyword) desc, keyword
) = 1;

create table dim_segments as
with centroids as (
    select cluster_id, component, value - avg(value) over (partition by component) as value
    from model_parameters
    where axis = 'taste' and parameter = 'centroid'
),
pulls as (
    select
        centroids.cluster_id, families.product_family,
        sum(centroids.value * loadings.value * idfs.value * exp(1 - idfs.value)) as pull
    from model_parameters as loadings
    inner join centroids on loadings.component = centroids.component
    inner join model_parameters as idfs
        on loadings.feature = idfs.feature and idfs.axis = 'taste' and idfs.parameter = 'idf'
    inner join families on loadings.feature = families.stock_code
    where loadings.axis = 'taste' and loadings.parameter = 'loading'
    group by 1, 2
    having pull > 0
    qualify row_number() over (
        partition by centroids.cluster_id order by pull desc, families.product_family
    ) <= 2
),
tastes as (
    select cluster_id, string_agg(product_family, ', ' order by pull desc, product_family) as name
    from pulls
    group by 1
),
profiles as (
    select
        cluster_id,
        max(value) filter (where feature = 'recency_days') < 0 as is_recent,
        if(
            max(value) filter (where feature = 'net_sales') >= 0,
            if(is_recent, 'core', 'cooling'), if(is_recent, 'active', 'lapsed')
        ) as behaviour_profile,
        if(
            count(*) over (partition by behaviour_profile) > 1,
            ' ' || row_number() over (partition by behaviour_profile order by cluster_id), ''
        ) as number
    from model_parameters
    where axis = 'behaviour' and parameter = 'centroid'
    group by 1
)
select
    'B' || profiles.cluster_id || 'T' || tastes.cluster_id as segment_id,
    profiles.cluster_id as behaviour_cluster_id, tastes.cluster_id as taste_cluster_id,
    behaviour_name || number || ': ' || tastes.name as segment_name,
    behaviour_profile, behaviour_name || number as behaviour_name, tastes.name as taste_name,
    definition || '; compared with everyone, buys more of: ' || tastes.name || '.' as definition,
    action, coalesce(customer_count, 0) as customer_count
from profiles
cross join tastes
left join read_csv($playbook) using (behaviour_profile)
left join (
    select behaviour_cluster_id, taste_cluster_id, count(*) as customer_count
    from customer_clusters
    group by 1, 2
) as sizes on behaviour_cluster_id = profiles.cluster_id and taste_cluster_id = tastes.cluster_id;

create table customer_segments as
select
    customer_id, segment_id,
    'B' || behaviour_runner_up_cluster_id || 'T' || taste_cluster_id
        as behaviour_runner_up_segment_id,
    'B' || behaviour_cluster_id || 'T' || taste_runner_up_cluster_id as taste_runner_up_segment_id,
    segment_name, behaviour_profile, behaviour_name, taste_name,
    behaviour_distance, behaviour_runner_up_distance, taste_distance, taste_runner_up_distance,
    behaviour_confidence, taste_confidence, confidence
from customer_clusters
left join dim_segments using (behaviour_cluster_id, taste_cluster_id);

create table segment_summary as
with order_totals as (
    select
        customer_id, sum(sold_unit_count) as sold, sum(returned_unit_count) as returned,
        sum(net_sales) filter (where order_date >= as_of_date - 90) as last_sales,
        sum(net_sales) filter (
            where order_date >= as_of_date - 180 and order_date < as_of_date - 90
        ) as previous_sales
    from orders
    cross join as_of
    group by 1
),
totals as (
    select
        coalesce(segment_id, 'all') as segment_id, count(*) as customer_count,
        sum(net_sales) as net_sales,
        sum(last_sales) as last_sales, sum(previous_sales) as previous_sales,
        sum(order_count) as order_count, median(order_count) as median_order_count,
        median(recency_days) as median_recency_days, median(item_count) as median_item_count,
        median(double_of(net_sales)) as median_net_sales,
        sum(returned) / sum(sold) as return_share, avg(confidence) as mean_confidence
    from customer_segments
    inner join customer_features using (customer_id)
    inner join order_totals using (customer_id)
    group by grouping sets ((segment_id), ())
)
select
    segment_id, coalesce(totals.customer_count, 0) as customer_count,
    cast(coalesce(net_sales, 0) as decimal(18, 2)) as net_sales,
    cast(coalesce(last_sales, 0) as decimal(18, 2)) as net_sales_last_90d,
    -- Null where the data do not reach back over both windows.
    case
        when (select min(order_date) from orders) <= as_of_date - 180
            then cast(coalesce(previous_sales, 0) as decimal(18, 2))
    end as net_sales_previous_90d,
    whole(coalesce(order_count, 0)) as order_count,
    median_recency_days, median_order_count, median_item_count, median_net_sales,
    return_share, mean_confidence
from (select segment_id from dim_segments union all select 'all') as segments
left join totals using (segment_id)
cross join as_of;
