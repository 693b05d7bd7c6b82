-- From lines to the summary of segments as one script: the same rows as the project's models leave.
-- Each text has a number in the order of the texts; lines are written once, on these numbers.
-- The statements after the line "-- fit" read what duckdb_script.py has fitted by then.

create macro whole(value) as cast(value as bigint);
create macro pounds(value) as cast(value as decimal(18, 4));
create macro double_of(value) as cast(value as double);

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
-- A number for each text, in the order of the texts.
create temp macro key_of(text) as cast(dense_rank() over (order by text) as integer);

create table written_invoices as
select
    written, invoice_id, key_of(invoice_id) as invoice_key,
    starts_with(invoice_id, 'C') and regexp_full_match(invoice_id, 'C\d*') as is_cancellation,
    starts_with(invoice_id, 'A') and regexp_full_match(invoice_id, 'A\d*') as is_adjustment
from (
    select InvoiceNo as written, upper(text_or_null(InvoiceNo)) as invoice_id
    from (select distinct InvoiceNo from read_parquet($lines))
)
where invoice_id is not null;

create table written_customers as
select written, customer_id, key_of(customer_id) as customer_key
from (
    select
        CustomerID as written, try_cast(CustomerID as bigint) as number,
        if(CustomerID = number, nullif(cast(number as text), '0'), cast(CustomerID as text))
            as customer_id
    from (select distinct CustomerID from read_parquet($lines))
)
where customer_id is not null;

create table written_descriptions as
select written, item_description, key_of(item_description) as description_key
from (
    select Description as written, text_or_null(Description) as item_description
    from (select distinct Description from read_parquet($lines))
)
where item_description is not null;

-- Only to tell lines from their copies.
create temp table written_countries as
select written, key_of(country) as country_key
from (
    select Country as written, text_or_null(Country) as country
    from (select distinct Country from read_parquet($lines))
)
where country is not null;

-- Reasons tell dispositions, so lines keep only the reason.
create temp table reasons as
select distinct kind as reason, 'non_merchandise' as disposition
from read_csv($kinds)
where kind <> 'merchandise'
union
from (values
    ('cannot read invoice number', 'malformed'), ('cannot read stock code', 'malformed'),
    ('cannot read quantity', 'malformed'), ('cannot read unit price', 'malformed'),
    ('cannot read line value', 'malformed'), ('cannot read invoice date', 'malformed'),
    ('repeated in its file', 'duplicate'), ('adjustment', 'non_merchandise'),
    ('negative price', 'non_merchandise'), ('quantity not above zero', 'stock_note'),
    ('no price, no customer', 'stock_note'), ('no customer id', 'unidentified'),
    ('goods cancelled', 'cancellation'), ('price is zero', 'free_good'), ('goods sold', 'sale')
);

create type reason as enum (select reason from reasons);
create table dispositions as select cast(reason as reason) as reason, disposition from reasons;

create table written_stock_codes as
select written, stock_code, key_of(stock_code) as item_key, cast(kind as reason) as service
from (
    select StockCode as written, upper(text_or_null(StockCode)) as stock_code
    from (select distinct StockCode from read_parquet($lines))
)
left join read_csv($kinds) on stock_code like code_pattern and kind <> 'merchandise'
where stock_code is not null
qualify row_number() over (
    partition by written order by length(code_pattern) desc, code_pattern
) = 1;

create view invoices as select distinct invoice_key, invoice_id from written_invoices;
create view customers as select distinct customer_key, customer_id from written_customers;
create view stock_codes as select distinct item_key, stock_code from written_stock_codes;
create view descriptions as
select distinct description_key, item_description from written_descriptions;

-- The first case that holds decides, but that readable lines may repeat others.
create table invoice_lines as
with keyed as (
    select
        file_row_number + 1 as line_id, invoice_key, customer_key, item_key, description_key,
        country_key,
        try_cast(Quantity as integer) as quantity,
        try_cast(UnitPrice as decimal(18, 4)) as unit_price,
        abs(double_of(Quantity) * UnitPrice) < 1e13 as has_value,
        coalesce(invoices.is_cancellation or (quantity < 0 and unit_price > 0), false)
            as is_cancellation,
        is_adjustment, service,
        cast(InvoiceDate as timestamp) as invoiced_at
    from read_parquet($lines, file_row_number = true) as lines
    left join written_invoices as invoices on lines.InvoiceNo = invoices.written
    left join written_customers as customers on lines.CustomerID = customers.written
    left join written_stock_codes as stock_codes on lines.StockCode = stock_codes.written
    left join written_descriptions as descriptions on lines.Description = descriptions.written
    left join written_countries as countries on lines.Country = countries.written
)
select
    line_id, invoice_key, customer_key, item_key, description_key, country_key,
    case
        when invoice_key is null then cast('cannot read invoice number' as reason)
        when item_key is null then cast('cannot read stock code' as reason)
        when quantity is null then cast('cannot read quantity' as reason)
        when unit_price is null then cast('cannot read unit price' as reason)
        when not has_value then cast('cannot read line value' as reason)
        when invoiced_at is null then cast('cannot read invoice date' as reason)
        when service is not null then service
        when is_adjustment then cast('adjustment' as reason)
        when unit_price < 0 then cast('negative price' as reason)
        when not is_cancellation and quantity <= 0
            then cast('quantity not above zero' as reason)
        when not is_cancellation and unit_price = 0 and customer_key is null
            then cast('no price, no customer' as reason)
        when customer_key is null then cast('no customer id' as reason)
        when is_cancellation then cast('goods cancelled' as reason)
        when unit_price = 0 then cast('price is zero' as reason)
        else cast('goods sold' as reason)
    end as reason,
    quantity, unit_price, 0 as returned_unit_count, false as is_item_repeated, invoiced_at
from keyed;

create temp table as_of as
select cast(max(last_invoiced_at) as date) + 1 as as_of_date
from (select reason, max(invoiced_at) as last_invoiced_at from invoice_lines group by 1)
inner join dispositions using (reason)
where disposition <> 'malformed';

-- Few lines share customer, invoice and item with another: only these are compared.
create temp table repeats as
with item_numbers as (
    select (cast(invoice_key as bigint) << 32) | item_key as item_number
    from invoice_lines
    where invoice_key is not null and item_key is not null
),
repeated as (
    select distinct item_number
    from (
        select item_number, lag(item_number) over (order by item_number) as previous_number
        from item_numbers
    )
    where item_number = previous_number
)
select
    line_id,
    count(*) over (partition by customer_key, invoice_key, item_key) > 1 as is_repeated,
    row_number() over (
        partition by
            invoice_key, item_key, quantity, invoiced_at, unit_price, customer_key, country_key,
            description_key
        order by line_id
    ) > 1 as is_duplicate
from invoice_lines
semi join repeated
    on (cast(invoice_key as bigint) << 32) | item_key = repeated.item_number
where not starts_with(cast(reason as text), 'cannot read');

update invoice_lines
set
    is_item_repeated = is_repeated,
    reason = if(is_duplicate, cast('repeated in its file' as reason), reason)
from repeats
where repeats.is_repeated and invoice_lines.line_id = repeats.line_id;

-- Sales and cancellations of what a customer cancelled at all, oldest first.
create temp table events as
with running as (
    select
        lines.*, row_number() over ordered as event_number,
        sum(if(is_cancellation, 0, quantity)) over ordered as sold_so_far,
        sum(if(is_cancellation, abs(quantity), 0)) over ordered as cancelled_so_far
    from (
        select
            line_id, invoice_key, customer_key, item_key, description_key, quantity, unit_price,
            reason = 'goods cancelled' as is_cancellation, invoiced_at
        from invoice_lines
        where reason in ('goods sold', 'goods cancelled')
    ) as lines
    semi join (from invoice_lines where reason = 'goods cancelled') as cancelled
        using (customer_key, item_key)
    window ordered as (
        partition by customer_key, item_key
        order by invoiced_at, is_cancellation, invoice_key, unit_price, quantity,
            description_key, line_id
        rows unbounded preceding
    )
),
matched as (
    select *, cancelled_so_far + least(0, min(sold_so_far - cancelled_so_far) over (
        partition by customer_key, item_key order by event_number rows unbounded preceding
    )) as matched_so_far
    from running
)
select
    *,
    matched_so_far - lag(matched_so_far, 1, 0) over (
        partition by customer_key, item_key order by event_number
    ) as matched_units,
    -- The first units come back first: a sale loses what reaches into its own.
    max(matched_so_far) over (partition by customer_key, item_key) - sold_so_far + quantity
        as reaching_units
from matched;

update invoice_lines set returned_unit_count = least(events.quantity, reaching_units)
from events
where
    not is_cancellation and reaching_units > 0 and invoice_lines.line_id = events.line_id;

create view sale_lines as
select
    line_id, invoice_key, customer_key, item_key, description_key, unit_price,
    quantity as sold_unit_count, returned_unit_count,
    quantity - returned_unit_count as net_unit_count,
    pounds(net_unit_count * unit_price) as net_sales,
    is_item_repeated, invoiced_at
from invoice_lines
where reason = 'goods sold';

create view lines as
select
    line_id, invoice_key, customer_key, item_key, description_key,
    disposition, cast(reason as text) as reason, quantity, unit_price,
    case
        when abs(double_of(quantity) * double_of(unit_price)) < 1e13
            then pounds(quantity * unit_price)
    end as line_value,
    is_item_repeated, invoiced_at
from invoice_lines
inner join dispositions using (reason);

create table ledger_totals as
with outcomes as (
    select
        if(matched_units > 0, 'matched_cancellation', 'orphan_cancellation') as disposition,
        case
            when quantity = 0 then 'no units'
            when matched_units = abs(quantity) then 'all units'
            else if(matched_units > 0, 'some units, ', '') || case
                when sold_so_far > 0 then 'more than was bought'
                when first_sold_at <= invoiced_at then 'no such item'
                else 'before the data starts'
            end
        end as reason,
        quantity, unit_price
    from events
    left join (
        select customer_key, min(invoiced_at) as first_sold_at
        from sale_lines
        semi join (from events where sold_so_far = 0) as unsold using (customer_key)
        group by 1
    ) as first_sales using (customer_key)
    where is_cancellation
),
counted as (
    select
        reason, count(*) as line_count, sum(quantity) as unit_count,
        sum(try_cast(quantity * unit_price as decimal(18, 4))) as line_value
    from invoice_lines
    where reason <> 'goods cancelled'
    group by 1
)
select
    disposition, cast(reason as text) as reason, line_count,
    whole(if(disposition = 'malformed', 0, unit_count)) as unit_count,
    pounds(if(disposition = 'malformed', 0, line_value)) as line_value
from counted
inner join dispositions using (reason)
union all
select
    disposition, reason, count(*), whole(sum(quantity)), pounds(sum(pounds(quantity * unit_price)))
from outcomes
group by all;

-- One line holds most items of an order: only the others need to be told apart.
create temp table repeated_items as
select customer_key, invoice_key, item_key, count(*) - 1 as further_count
from sale_lines
where is_item_repeated and net_unit_count > 0
group by 1, 2, 3
having further_count > 0;

create table orders as
select
    customer_key, invoice_key,
    count(*) filter (where net_unit_count > 0) as line_count, line_count as item_count,
    whole(sum(sold_unit_count)) as sold_unit_count,
    whole(sum(returned_unit_count)) as returned_unit_count,
    whole(sum(net_unit_count)) as net_unit_count,
    pounds(sum(pounds(sold_unit_count * unit_price))) as sold_value,
    pounds(sum(pounds(returned_unit_count * unit_price))) as returned_value,
    pounds(sum(net_sales)) as net_sales,
    count(*) filter (where net_unit_count >= 24) as wholesale_line_count,
    sum(net_unit_count) > 0 as has_net_units,
    min(invoiced_at) as ordered_at, max(invoiced_at) as last_line_at,
    cast(min(invoiced_at) as date) as order_date
from sale_lines
group by 1, 2;
update orders set item_count = line_count - further_count
from (
    select customer_key, invoice_key, whole(sum(further_count)) as further_count
    from repeated_items
    group by 1, 2
) as further
where
    orders.customer_key = further.customer_key and orders.invoice_key = further.invoice_key;

create table customer_items as
select
    customer_key, item_key, count(*) as order_count, count(*) as line_count,
    whole(sum(net_unit_count)) as net_unit_count, pounds(sum(net_sales)) as net_sales,
    min(cast(invoiced_at as date)) as first_bought_date,
    max(cast(invoiced_at as date)) as last_bought_date
from sale_lines
where net_unit_count > 0
group by 1, 2;
update customer_items set order_count = line_count - further_count
from (
    select customer_key, item_key, whole(sum(further_count)) as further_count
    from repeated_items
    group by 1, 2
) as further
where
    customer_items.customer_key = further.customer_key
    and customer_items.item_key = further.item_key;

create table customer_features as
with order_totals as (
    select
        customer_key, count(*) as order_count, whole(sum(line_count)) as line_count,
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
    select customer_key, double_of(sum(returned_unit_count)) / sum(sold_unit_count) as return_share
    from orders
    group by 1
),
gap_medians as (
    select customer_key, double_of(median(gap_days)) as median_days_between_orders
    from (
        select customer_key, order_date - lag(order_date) over days as gap_days
        from (select distinct customer_key, order_date from orders where has_net_units)
        window days as (partition by customer_key order by order_date)
    )
    group by 1
),
item_totals as (
    select
        customer_key, count(*) as item_count,
        count(*) filter (where order_count > 1) / count(*) as repeat_item_share,
        double_of(sum(cast(-share * log2(share) as decimal(18, 15)))) as item_entropy_bits
    from (
        select
            customer_key, items.order_count,
            double_of(items.net_sales) / double_of(totals.net_sales) as share
        from customer_items as items inner join order_totals as totals using (customer_key)
    )
    group by 1
)
select
    customer_id, customer_key,
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
inner join item_totals using (customer_key)
inner join customers using (customer_key)
inner join return_totals using (customer_key)
left join gap_medians using (customer_key)
cross join as_of;

-- The same as texts, for whoever reads them.
create view lines_texts as
select
    line_id, invoice_id, customer_id, stock_code, item_description,
    lines.* exclude (line_id, invoice_key, customer_key, item_key, description_key)
from lines
left join invoices using (invoice_key)
left join customers using (customer_key)
left join stock_codes using (item_key)
left join descriptions using (description_key);

create view sale_lines_texts as
select
    line_id, invoice_id, customer_id, stock_code, item_description,
    lines.* exclude (line_id, invoice_key, customer_key, item_key, description_key),
    pounds(sold_unit_count * unit_price) as sold_value,
    pounds(returned_unit_count * unit_price) as returned_value
from sale_lines as lines
inner join invoices using (invoice_key)
inner join customers using (customer_key)
inner join stock_codes using (item_key)
left join descriptions using (description_key);

create view orders_texts as
select customer_id, invoice_id, orders.* exclude (customer_key, invoice_key)
from orders
inner join customers using (customer_key)
inner join invoices using (invoice_key);

create view customer_items_texts as
select customer_id, stock_code, customer_items.* exclude (customer_key, item_key)
from customer_items
inner join customers using (customer_key)
inner join stock_codes using (item_key);

-- fit

create table segment_summary as
with order_totals as (
    select
        customer_key, sum(sold_unit_count) as sold, sum(returned_unit_count) as returned,
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
    inner join order_totals using (customer_key)
    group by grouping sets ((segment_id), ())
)
select
    segment_id, customer_count,
    cast(net_sales as decimal(18, 2)) as net_sales,
    cast(coalesce(last_sales, 0) as decimal(18, 2)) as net_sales_last_90d,
    -- Null where the data do not reach back over both windows.
    case
        when (select min(order_date) from orders) <= as_of_date - 180
            then cast(coalesce(previous_sales, 0) as decimal(18, 2))
    end as net_sales_previous_90d,
    whole(order_count) as order_count,
    median_recency_days, median_order_count, median_item_count, median_net_sales,
    return_share, mean_confidence
from totals
cross join as_of;
