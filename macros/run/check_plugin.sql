{#-
    On DuckDB: stop with one message if what this run needs of Python is not in the profile. A package
    that reads a relation and writes no files of its own needs nothing.
-#}
{% macro check_plugin(reads_lines) %}
    {%- if (builds_files() or reads_lines) and not _has_plugin() -%}
        {{ exceptions.raise_compiler_error(
            'Invoice files are read, and database files published, by a plugin that profile '
            ~ target.profile_name ~ ' lacks: add `plugins: [{module: customer_segments.duckdb_plugin}]` '
            ~ 'to its output ' ~ target.name ~ '. Or set the variables invoice_lines_relation and '
            ~ 'publish: false, to read a model or source and make tables where the target is.'
        ) }}
    {%- endif -%}
    {%- if not builds_files() and _has_plugin() and run_query('select has_pseudonym_key()').columns[0][0] -%}
        {{ exceptions.raise_compiler_error(
            'SEGMENTS_PSEUDONYM_KEY is set, but only a published file has pseudonyms: unset it to build '
            ~ 'with ids as they are, or set the variable publish: true.'
        ) }}
    {%- endif -%}
{% endmacro %}

{% macro _has_plugin() %}
    {%- do return(run_query(
        "select count(*) > 0 from duckdb_functions() where function_name = 'describe_invoice_lines'"
    ).columns[0][0]) -%}
{% endmacro %}
