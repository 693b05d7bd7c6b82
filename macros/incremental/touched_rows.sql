{#-
    The condition that keeps rows of touched customers in a relation made for `node`. Lines without
    a customer go by their invoice: `has_unidentified` in its meta says that there are such rows.
-#}
{% macro touched_rows(node) -%}
    where
        customer_id in (select touched.customer_id from raw.touched_customers as touched)
        {%- if node.config.meta.get('has_unidentified') %}
        or (
            customer_id is null
            and (
                invoice_id is null
                or invoice_id in (select touched.invoice_id from raw.touched_invoices as touched)
            )
        )
        {%- endif %}
{%- endmacro %}
