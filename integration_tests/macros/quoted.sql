{#- Names that the package has for macros too: neither project may take the other's. -#}
{% macro quoted(text) %}{{ exceptions.raise_compiler_error('the macro of the host') }}{% endmacro %}
{% macro start_build() %}{{ exceptions.raise_compiler_error('the macro of the host') }}{% endmacro %}
