{#-
    Keep rows whose customer this run computes anew; when it makes the table whole, all of them.
    Lines without a customer go by their invoice: `has_unidentified` says that there are such rows,
    and that the relation has an invoice_id.
-#}
{% macro of_touched_customers(has_unidentified=false) -%}
    {%- if is_going_on() -%}
        where
            customer_id in (select touched.customer_id from raw.touched_customers as touched)
            {%- if has_unidentified %}
            or (
                customer_id is null
                and (
                    invoice_id is null
                    or invoice_id in (select touched.invoice_id from raw.touched_invoices as touched)
                )
            )
            {%- endif %}
    {%- endif -%}
{%- endmacro %}
