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
    {%- do write_views(marts, database) -%}
    {#- In one go: dbt takes longer to hand over a statement than DuckDB to write a comment. -#}
    {%- set comments = [] -%}
    {%- for mart in marts -%}
        {%- set name = database ~ '.main.' ~ mart.alias -%}
        {%- do comments.append(
            'comment on ' ~ _kind(mart) ~ ' ' ~ name ~ ' is ' ~ quoted(_comment(mart.description))
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

{#- `table` or `view`. -#}
{% macro _kind(mart) %}
    {%- do return('view' if mart.config.materialized == 'view' else 'table') -%}
{% endmacro %}

{#- Views read the tables beside them, whatever the file is called: without the name of a database. -#}
{% macro write_views(marts, database) %}
    {%- do run_query('use ' ~ database) -%}
    {%- for mart in marts if _kind(mart) == 'view' -%}
        {%- set view = run_query(
            "select sql from duckdb_views() where database_name = 'marts' and view_name = "
            ~ quoted(mart.alias)
        ).columns[0][0] -%}
        {%- do run_query(
            view | replace('CREATE VIEW', 'create or replace view', 1) | replace('marts.main.', '')
        ) -%}
    {%- endfor -%}
    {%- do run_query('use memory') -%}
{% endmacro %}

{#-
    Keys of customers have the order of their ids, which would tell who a pseudonym is to whoever has a
    list of all customers: so they become those of the pseudonyms. And of all texts of the input only
    those that the published lines hold are written: any other may be a note, or of a damaged line.
-#}
{% macro write_pseudonymous_marts(marts, new) %}
    {%- do run_query("attach " ~ quoted(new) ~ " as published (storage_version 'v1.0.0')") -%}
    {#- One call of Python a customer, however many lines a customer has. -#}
    {%- do run_query(
        'create or replace temp table pseudonyms as select customer_id, customer_key, pseudonym, '
        ~ 'row_number() over (order by pseudonym) as pseudonym_key from (select customer_id, '
        ~ 'customer_key, pseudonym(customer_id) as pseudonym from '
        ~ graph.nodes['model.customer_segments.dim_customer_ids'].relation_name ~ ')'
    ) -%}
    {%- for mart in marts if _kind(mart) == 'table' -%}
        {%- set hidden = [] -%}
        {%- set customers = [] -%}
        {%- set conditions = [] -%}
        {%- for column in mart.columns.values() -%}
            {%- if column.name == 'customer_id' -%}
                {%- do hidden.append('pseudonyms.pseudonym as customer_id') -%}
                {%- do customers.append(column.name) -%}
            {%- elif column.name == 'customer_key' -%}
                {%- do hidden.append('pseudonyms.pseudonym_key as customer_key') -%}
                {%- do customers.append(column.name) -%}
            {%- elif column.config.meta.get('may_hold_customer_id') -%}
                {%- do hidden.append('cast(null as ' ~ column.data_type ~ ') as ' ~ column.name) -%}
            {%- endif -%}
            {%- if column.config.meta.get('only_of') -%}
                {%- do conditions.append(
                    ' where mart.' ~ column.name ~ ' in (select ' ~ column.name ~ ' from '
                    ~ graph.nodes['model.customer_segments.' ~ column.config.meta.only_of].relation_name ~ ')'
                ) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do run_query(
            'create table published.main.' ~ mart.alias ~ ' as select mart.* '
            ~ ('replace (' ~ hidden | join(', ') ~ ') ' if hidden else '')
            ~ 'from ' ~ mart.relation_name ~ ' as mart'
            ~ (' left join pseudonyms on mart.' ~ customers[0] ~ ' = pseudonyms.' ~ customers[0]
               if customers else '')
            ~ conditions | join
            ~ (' order by pseudonyms.pseudonym_key' if customers | length == 2 else '')
        ) -%}
    {%- endfor -%}
{% endmacro %}

{#- Descriptions speak of the shop's currency, which the analyst's database has a name for. -#}
{% macro _comment(description) %}
    {%- do return(description | trim | replace("the shop's currency", var('currency'))) -%}
{% endmacro %}
