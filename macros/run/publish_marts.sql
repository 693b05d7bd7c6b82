{#-
    The file of the marts is what analysts read: comments and functions are added, and a copy takes
    the place of the one before in one step. Where customer ids are to be pseudonyms, the tables are
    written to the new file with them instead.
-#}
{% macro duckdb__publish_marts() %}
    {%- set published = env_var('SEGMENTS_DATABASE', '') or 'customer_segments.duckdb' -%}
    {%- set new = run_query('select begin_publication(' ~ quoted(published) ~ ')').columns[0][0] -%}
    {%- set is_pseudonymous = run_query('select has_pseudonym_key()').columns[0][0] -%}
    {%- set marts = public_marts() -%}
    {%- if is_pseudonymous -%}
        {%- do write_pseudonymous_marts(marts, new) -%}
    {%- endif -%}
    {%- set database = 'published' if is_pseudonymous else 'marts' -%}
    {#- In one go: dbt takes longer to hand over a statement than DuckDB to write a comment. -#}
    {%- set comments = [] -%}
    {%- for mart in marts -%}
        {%- set name = database ~ '.main.' ~ mart.alias -%}
        {%- do comments.append(
            'comment on table ' ~ name ~ ' is ' ~ quoted(_comment(mart.description))
        ) -%}
        {%- for column in mart.columns.values() -%}
            {%- do comments.append(
                'comment on column ' ~ name ~ '.' ~ column.name ~ ' is '
                ~ quoted(_comment(column.description))
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do run_query(comments | join(';\n')) -%}
    {%- do publish_functions(database) -%}
    {%- do run_query('checkpoint ' ~ database) -%}
    {%- if is_pseudonymous -%}
        {%- do run_query('detach published') -%}
    {%- else -%}
        {%- do run_query(
            "select copy_file(path, " ~ quoted(new) ~ ") from duckdb_databases() "
            ~ "where database_name = 'marts'"
        ) -%}
    {%- endif -%}
    {%- do run_query('select end_publication(' ~ quoted(new) ~ ', ' ~ quoted(published) ~ ')') -%}
    {%- do log('Published ' ~ marts | length ~ ' marts to ' ~ published, info=true) -%}
{% endmacro %}

{#- Spark's tables are where analysts read them already. -#}
{% macro spark__publish_marts() %}
    {%- do log(
        'Built ' ~ public_marts() | length ~ ' marts in schema ' ~ target.schema, info=true
    ) -%}
{% endmacro %}

{% macro public_marts() %}
    {%- set marts = [] -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'model' and node.config.access == 'public' -%}
        {%- do marts.append(node) -%}
    {%- endfor -%}
    {%- do return(marts | sort(attribute='name')) -%}
{% endmacro %}

{% macro write_pseudonymous_marts(marts, new) %}
    {%- do run_query("attach " ~ quoted(new) ~ " as published (storage_version 'v1.0.0')") -%}
    {#- One call of Python a customer, however many lines a customer has. -#}
    {%- do run_query(
        'create or replace temp table pseudonyms as '
        ~ 'select customer_id, pseudonym(customer_id) as pseudonym from (select distinct '
        ~ 'customer_id from '
        ~ graph.nodes['model.customer_segments.dim_customer_ids'].relation_name ~ ')'
    ) -%}
    {%- for mart in marts -%}
        {%- set hidden = [] -%}
        {%- for column in mart.columns.values() -%}
            {%- if column.name == 'customer_id' -%}
                {%- do hidden.append('pseudonyms.pseudonym as customer_id') -%}
            {%- elif column.config.meta.get('may_hold_customer_id') -%}
                {%- do hidden.append('cast(null as ' ~ column.data_type ~ ') as ' ~ column.name) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do run_query(
            'create table published.main.' ~ mart.alias ~ ' as select mart.* '
            ~ ('replace (' ~ hidden | join(', ') ~ ') ' if hidden else '')
            ~ 'from ' ~ mart.relation_name ~ ' as mart'
            ~ (' left join pseudonyms on mart.customer_id = pseudonyms.customer_id'
               if 'customer_id' in mart.columns else '')
        ) -%}
    {%- endfor -%}
{% endmacro %}

{#- Descriptions speak of the shop's currency, which the analyst's database has a name for. -#}
{% macro _comment(description) %}
    {%- do return(description | trim | replace("the shop's currency", var('currency'))) -%}
{% endmacro %}
