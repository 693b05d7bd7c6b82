{#- Whether an invoice number is this letter and digits, such as C536379; CK-1002 of a branch is not. -#}
{% macro is_marked_invoice(invoice_id, letter) -%}
    (
        {{ invoice_id }} like '{{ letter }}%'
        and translate(substring({{ invoice_id }}, 2), '0123456789', '') = ''
    )
{%- endmacro %}
