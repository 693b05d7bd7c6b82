{#-
    A behaviour feature and its value in words, such as `8 orders`, `1,240 GBP net sales` or `last
    order 12 days ago`; not named, only the value: `8`, `1,240`, `12`.
-#}
{% macro feature_text(feature, value, is_named=true) -%}
    case {{ feature }}
        {%- for name in clustered_features() %}
        when {{ quoted(name) }} then {{ _feature_words(name, value, is_named) | trim }}
        {%- endfor %}
    end
{%- endmacro %}

{% macro _feature_words(name, value, is_named) -%}
    {%- set dated = {'recency_days': 'last order ', 'tenure_days': 'first order '} -%}
    {%- set unit = feature_unit(name) -%}
    {%- set words = name | replace('_', ' ') -%}
    {#- `order_count` is a number of orders; a name that does not say so stays as it is. -#}
    {%- set noun = modules.re.sub(' (days|count)$', '', words) -%}
    {%- if unit == 'share' -%} {%- set number = percent_text(value) -%}
    {%- elif unit in ('days', 'count', 'money') -%} {%- set number = count_text(value) -%}
    {%- else -%} {%- set number = 'cast(round(' ~ value ~ ', 2) as ' ~ dbt.type_string() ~ ')' -%}
    {%- endif -%}
    {%- set plural = " || case when round(" ~ value ~ ") = 1 then '' else 's' end" -%}
    {%- if not is_named -%} {{ number }}
    {%- elif name in dated -%} {{ quoted(dated[name]) }} || {{ number }} || ' day'{{ plural }} || ' ago'
    {%- elif unit == 'days' -%} {{ number }} || ' day'{{ plural }} || {{ quoted(' ' ~ noun) }}
    {%- elif unit == 'count' -%} {{ number }} || {{ quoted(' ' ~ noun) }}{{ plural if noun != words }}
    {%- elif unit == 'money' -%} {{ number }} || {{ quoted(' ' ~ var('currency') ~ ' ' ~ words) }}
    {%- elif unit == 'share' -%} {{ number }} || {{ quoted(' ' ~ words) }}
    {%- else -%} {{ quoted(words ~ ' ') }} || {{ number }}
    {%- endif -%}
{%- endmacro %}
