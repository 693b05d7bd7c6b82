{#-
    Why a row of a file is no line, from the columns of the source: it holds nothing, repeats the
    header, or is a total or a note below the lines. Null for a line, damaged or not.
-#}
{% macro no_line_reason() -%}
    {%- set ids = ['invoice_no', 'stock_code', 'customer_id'] -%}
    {%- set texts = ids + ['description', 'country'] -%}
    case
        when invoice_date is not null then null
        when is_header then 'repeated header'
        when not {{ is_blank('invoice_date_text') }} or customer_number is not null then null
        when
            {% for text in texts + ['quantity_text', 'unit_price_text', 'overflow_text'] -%}
                {{ is_blank(text) }} and {% endfor -%}
            quantity is null and unit_price is null
            then 'only separators'
        when
            {% for text in ids + ['description'] -%} {{ is_blank(text) }} and {% endfor -%}
            true
            then 'total or note'
        when
            (
                {% for text in texts -%}
                {{ _says_total(text) }}{{ ' or ' if not loop.last }}
                {%- endfor %}
            )
            {% for text in ids[1:] -%}
            and ({{ is_blank(text) }} or {{ _says_total(text) }})
            {% endfor %}
            then 'total or note'
        -- One text alone, words and no id.
        when
            {{ is_blank('quantity_text') }}
            and {{ is_blank('unit_price_text') }}
            and quantity is null
            and unit_price is null
            and {% for text in texts -%}
            case when {{ is_blank(text) }} then 0 else 1 end{{ ' + ' if not loop.last }}
            {%- endfor %} = 1
            and {{ _is_words(texts) }}
            then 'total or note'
    end
{%- endmacro %}

{#- Whether a text begins or ends with a word for a total: Grand total, 536370 Total, Summe:. -#}
{% macro _says_total(text) -%}
    {%- set words = [
        'total', 'totals', 'subtotal', 'sum', 'summe', 'gesamt', 'gesamtsumme', 'gesamtbetrag',
        'zwischensumme', 'endsumme', 'insgesamt', 'somme', 'soustotal', 'totaux', 'suma', 'totale',
        'totali', 'subtotale', 'somma', 'totaal', 'subtotaal', 'totais', 'soma', 'razem', 'ogółem',
        'łącznie',
    ] -%}
    {%- set plain = "translate(lower(" ~ trimmed("coalesce(" ~ text ~ ", '')") ~ "), ':.,*=#()-', '')" -%}
    (
        {{ is_one_of("split_part(" ~ plain ~ ", ' ', 1)", words) }}
        or {{ is_one_of("regexp_replace(" ~ plain ~ ", '^.* ', '')", words) }}
    )
{%- endmacro %}

{#- Whether what is written in one of these columns is several words, or one without a digit. -#}
{% macro _is_words(texts) -%}
    {%- set text = trimmed("concat(coalesce(" ~ texts | join(", ''), coalesce(") ~ ", ''))") -%}
    (
        {{ text }} like '% %'
        or translate({{ text }}, '0123456789', '') = {{ text }}
    )
{%- endmacro %}
