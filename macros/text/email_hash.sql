{#- The SHA-256 of a text in hexadecimal digits: what advertising platforms know an address by. -#}
{% macro email_hash(text) -%}
    {{ adapter.dispatch('email_hash')(text) }}
{%- endmacro %}

{% macro duckdb__email_hash(text) -%}
    sha256({{ text }})
{%- endmacro %}

{% macro spark__email_hash(text) -%}
    sha2({{ text }}, 256)
{%- endmacro %}
