{#-
    The file of the marts is what analysts read: comments and functions are added, and a copy takes
    the place of the one before in one step. Where customer ids are to be pseudonyms, the tables are
    written to the new file with them instead.
-#}
{% macro publish_marts() %}
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

{% macro public_marts() %}
    {%- set marts = [] -%}
    {%- for node in own_nodes()
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
    Whoever has the invoices could look up an invoice number or the place of a line, and keys have the
    order of the ids: so invoices are pseudonyms too, and keys and lines are numbered anew by
    pseudonyms, which is also the order of rows. And of all texts of the input only those that the
    published lines hold are written: any other may be a note, or of a damaged line.
-#}
{% macro write_pseudonymous_marts(marts, new) %}
    {%- do run_query("attach " ~ quoted(new) ~ " as published (storage_version 'v1.0.0')") -%}
    {%- do make_pseudonyms() -%}
    {%- for mart in marts if _kind(mart) == 'table' -%}
        {%- set hidden = _hidden_columns(mart) -%}
        {%- set joins, replaced, conditions = [], [], [] -%}
        {%- for column in mart.columns.values() -%}
            {%- if column.name in hidden -%}
                {%- do replaced.append(hidden[column.name] ~ ' as ' ~ column.name) -%}
            {%- endif -%}
            {%- if column.config.meta.get('only_of') -%}
                {%- do conditions.append(
                    ' where mart.' ~ column.name ~ ' in (select ' ~ column.name ~ ' from '
                    ~ graph.nodes['model.customer_segments.' ~ column.config.meta.only_of].relation_name ~ ')'
                ) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- for of in ['customer', 'invoice', 'line'] -%}
            {%- set keys = [of ~ '_id', of ~ '_key'] | select('in', hidden) | list -%}
            {%- if keys and hidden[keys[0]].startswith(of ~ 's.') -%}
                {%- do joins.append(
                    ' left join ' ~ of ~ '_pseudonyms as ' ~ of ~ 's on mart.' ~ keys[0] ~ ' = ' ~ of ~ 's.'
                    ~ keys[0]
                ) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do run_query(
            'create table published.main.' ~ mart.alias ~ ' as select mart.* '
            ~ ('replace (' ~ replaced | join(', ') ~ ') ' if replaced else '')
            ~ 'from ' ~ mart.relation_name ~ ' as mart' ~ joins | join ~ conditions | join
            ~ (' order by all' if joins else '')
        ) -%}
    {%- endfor -%}
{% endmacro %}

{#- One call of Python for each customer and invoice, however many lines they have. -#}
{% macro make_pseudonyms() %}
    {%- for of, ids in {'customer': 'dim_customer_ids', 'invoice': 'dim_invoices'}.items() -%}
        {%- do run_query(
            'create or replace temp table ' ~ of ~ '_pseudonyms as select *, '
            ~ 'row_number() over (order by pseudonym) as pseudonym_key from (select ' ~ of ~ '_id, '
            ~ of ~ '_key, pseudonym(' ~ quoted(of) ~ ', ' ~ of ~ '_id) as pseudonym from '
            ~ graph.nodes['model.customer_segments.' ~ ids].relation_name ~ ')'
        ) -%}
    {%- endfor -%}
    {%- do run_query(
        'create or replace temp table line_pseudonyms as select line_id, '
        ~ 'row_number() over (order by pseudonym_key, line_id) as pseudonym_key from '
        ~ graph.nodes['model.customer_segments.int_line_dispositions'].relation_name
        ~ ' left join invoice_pseudonyms using (invoice_key)'
    ) -%}
{% endmacro %}

{#- What is published in place of a column, by its name. Days of a customer or an invoice are coarse. -#}
{% macro _hidden_columns(mart) %}
    {%- set shown = {
        'customer_id': 'customers.pseudonym', 'customer_key': 'customers.pseudonym_key',
        'invoice_id': 'invoices.pseudonym', 'invoice_key': 'invoices.pseudonym_key',
        'line_id': 'lines.pseudonym_key',
    } -%}
    {%- set unit = var('pseudonymous_date_unit') -%}
    {%- set day_count = {'day': 1, 'week': 7, 'month': 30}[unit] -%}
    {%- set hidden = {} -%}
    {%- for column in mart.columns.values() -%}
        {%- set is_of_someone = mart.columns.keys() | select('in', shown) | list -%}
        {%- if column.config.meta.get('may_hold_customer_id') -%}
            {%- do hidden.update({column.name: 'cast(null as ' ~ column.data_type ~ ')'}) -%}
        {%- elif column.name in shown -%}
            {%- do hidden.update({column.name: shown[column.name]}) -%}
        {%- elif unit != 'day' and is_of_someone and column.data_type in ('date', 'timestamp') -%}
            {%- do hidden.update({
                column.name: 'cast(date_trunc(' ~ quoted(unit) ~ ', mart.' ~ column.name ~ ') as '
                ~ column.data_type ~ ')'
            }) -%}
        {%- elif unit != 'day' and is_of_someone and column.name in ('recency_days', 'tenure_days') -%}
            {%- do hidden.update({
                column.name: 'cast(ceil(mart.' ~ column.name ~ ' / ' ~ day_count ~ ') * ' ~ day_count
                ~ ' as ' ~ column.data_type ~ ')'
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do return(hidden) -%}
{% endmacro %}

{#- Descriptions speak of the shop's currency, which the analyst's database has a name for. -#}
{% macro _comment(description) %}
    {%- do return(description | trim | replace("the shop's currency", var('currency'))) -%}
{% endmacro %}
