{#-
    dbt-duckdb makes a table under another name, then renames the old one, renames the new one and
    drops the old one: a third of what a small model takes. DuckDB can drop and make a table in one
    transaction: readers see the old one until it is through, and a model that fails leaves it.
    A Python model writes in a transaction of its own, so its table has another name until then.
-#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set language = model.language -%}
    {%- set table = this.incorporate(type='table') -%}
    {%- set written = make_intermediate_relation(table) if language == 'python' else table -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {%- do adapter.ensure_transaction() -%}
    {{ run_hooks(pre_hooks) }}
    {{ drop_relation_if_exists(load_cached_relation(written)) }}
    {%- if language == 'python' -%}
        {%- do adapter.commit() -%}
    {%- endif -%}
    {% call statement('main', language=language) -%}
        {{ create_table_as(False, written, compiled_code, language) }}
    {%- endcall %}
    {%- if language == 'python' -%}
        {%- do adapter.ensure_transaction() -%}
        {{ drop_relation_if_exists(load_cached_relation(table)) }}
        {%- do adapter.rename_relation(written, table) -%}
    {%- endif -%}
    {%- do create_indexes(table) -%}
    {%- do persist_docs(table, model) -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [table]}) }}
{% endmaterialization %}
