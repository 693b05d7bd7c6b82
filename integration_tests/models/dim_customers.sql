-- The same name as a model of the package: each project reads its own.
select distinct customer as customer_id from {{ source('shop', 'order_lines') }}
