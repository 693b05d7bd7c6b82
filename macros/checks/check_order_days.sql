{#-
    After orders: warns when lines of an order are days apart. An order is an invoice of a customer, so
    invoice numbers that begin again, each month or in each branch, make one order of several.
-#}
{% macro check_order_days() %}
    {%- set invoices, customers = ref('dim_invoices'), ref('dim_customer_ids') -%}
    {%- if execute -%}
        {%- set apart = "from " ~ this ~ " where "
            ~ dbt.datediff('ordered_at', 'last_line_at', 'day') ~ ' > 1' -%}
        {%- set order_count = run_query('select count(*) ' ~ apart).rows[0][0] -%}
        {%- if order_count -%}
            {%- set examples = [] -%}
            {%- for row in run_query(
                'select invoice_id, customer_id, order_date, cast(last_line_at as date) from (select * '
                ~ apart ~ ') as orders inner join ' ~ invoices ~ ' as invoices on '
                ~ 'orders.invoice_key = invoices.invoice_key inner join ' ~ customers
                ~ ' as customers on orders.customer_key = customers.customer_key '
                ~ 'order by order_date, invoice_id, customer_id limit 3'
            ).rows -%}
                {%- do examples.append(
                    'invoice ' ~ shown(row[0]) ~ ' of customer ' ~ shown(row[1]) ~ ' is of ' ~ row[2] ~ ' and of '
                    ~ row[3]
                ) -%}
            {%- endfor -%}
            {{ exceptions.warn(
                order_count ~ (' order has' if order_count == 1 else ' orders have')
                ~ ' lines that are more than a day apart: ' ~ examples | join('; ')
                ~ '. Each counts as one order. If invoice numbers begin again, put what tells them '
                ~ 'apart in front of InvoiceNo, such as the month or the branch.'
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
