{#-
    After a build in which every public mart was made and every test passed: copy the public
    marts to the database that analysts read, in one step. Anything less publishes nothing,
    and what was published before stays as it was.
-#}
{% macro publish_marts(results) %}
    {%- if execute and flags.WHICH == 'build' -%}
        {%- set marts = [] -%}
        {%- for node in graph.nodes.values() -%}
            {%- if node.resource_type == 'model' and node.config.access == 'public' -%}
                {%- do marts.append(node) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set done = [] -%}
        {%- set failed = [] -%}
        {%- for result in results -%}
            {%- if result.status in ['success', 'pass', 'warn'] -%}
                {%- do done.append(result.node.unique_id) -%}
            {%- elif result.status in ['error', 'fail'] -%}
                {%- do failed.append(result.node.name) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set missing = marts | rejectattr('unique_id', 'in', done) | list -%}
        {#- The tests of a model that is not enabled depend on nothing. -#}
        {%- set untested = graph.nodes.values() | selectattr('resource_type', 'equalto', 'test')
            | selectattr('depends_on.nodes') | rejectattr('unique_id', 'in', done) | list -%}
        {%- if failed or missing -%}
            {%- do log(
                'Not published: ' ~ (('failed: ' ~ failed | join(', ')) if failed
                else 'a partial build') ~ '. The published database is as it was.', info=true
            ) -%}
        {%- else -%}
            {{ adapter.dispatch('publish_marts')(
                marts | sort(attribute='name'), is_tested=not untested
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}

{#-
    A build that goes on from the last one goes on from what that published too: in a copy of the
    file, rows of touched customers are replaced, and whole tables that are not by customer or may
    have changed beyond these rows.
-#}
{% macro duckdb__publish_marts(marts, is_tested) %}
    {%- set published = env_var('SEGMENTS_DATABASE', '') or 'customer_segments.duckdb' -%}
    {%- set new = published ~ '.next' -%}
    {%- set is_pseudonymous = run_query('select has_pseudonym_key()').rows[0][0] -%}
    {%- set goes_on = not is_pseudonymous and run_query(
        'select coalesce(goes_on and published_version = file_version(' ~ quoted(published)
        ~ '), false) from raw.run'
    ).rows[0][0] -%}
    {%- do run_query("select remove_file(" ~ quoted(new) ~ ")") -%}
    {%- if goes_on -%}
        {%- do run_query("select copy_file(" ~ quoted(published) ~ ", " ~ quoted(new) ~ ")") -%}
    {%- endif -%}
    {#- As DuckDB does by default: any version since 1.0 reads it. The warehouse is written faster. -#}
    {%- do run_query("attach " ~ quoted(new) ~ " as published (storage_version 'v1.0.0')") -%}
    {%- if is_pseudonymous -%}
        {#- One call of Python a customer, however many lines a customer has. -#}
        {%- do run_query(
            'create or replace temp table pseudonyms as '
            ~ 'select customer_id, pseudonym(customer_id) as pseudonym from (select distinct '
            ~ 'customer_id from '
            ~ graph.nodes['model.customer_segments.stg_online_retail__invoice_lines'].relation_name
            ~ ' where customer_id is not null)'
        ) -%}
    {%- endif -%}
    {#- In one go: dbt takes longer to hand over a statement than DuckDB to write a comment. -#}
    {%- for mart in marts -%}
        {%- if goes_on and 'by_customer' in mart.tags
            and not mart.config.meta.get('remakes_others') -%}
            {%- do run_query(_publish_touched_customers(mart)) -%}
        {%- else -%}
            {%- do run_query(_publish_mart(mart, is_pseudonymous)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do publish_functions('published') -%}
    {%- do run_query('detach published') -%}
    {%- do run_query("select publish_file(" ~ quoted(new) ~ ", " ~ quoted(published) ~ ")") -%}
    {%- if not is_pseudonymous -%}
        {%- do run_query(
            'insert into raw.publication select file_version(' ~ quoted(published) ~ '), ' ~ is_tested
        ) -%}
    {%- endif -%}
    {%- do log('Published ' ~ marts | length ~ ' marts to ' ~ published, info=true) -%}
{% endmacro %}

{% macro _publish_touched_customers(mart) %}
    {%- set touched = 'where customer_id in (select customer_id from raw.touched_customers)' -%}
    {%- set name = 'published.main.' ~ mart.alias -%}
    {%- do return(
        'delete from ' ~ name ~ ' ' ~ touched
        ~ ';\ninsert into ' ~ name ~ ' from ' ~ mart.relation_name ~ ' ' ~ touched
    ) -%}
{% endmacro %}

{% macro _publish_mart(mart, is_pseudonymous) %}
    {%- set name = 'published.main.' ~ mart.alias -%}
    {%- set hidden = [] -%}
    {%- for column in mart.columns.values() if is_pseudonymous -%}
        {%- if column.name == 'customer_id' -%}
            {%- do hidden.append('pseudonyms.pseudonym as customer_id') -%}
        {%- elif column.config.meta.get('may_hold_customer_id') -%}
            {%- do hidden.append('cast(null as ' ~ column.data_type ~ ') as ' ~ column.name) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set statements = [
        'create or replace table ' ~ name ~ ' as select mart.* '
        ~ ('replace (' ~ hidden | join(', ') ~ ') ' if hidden else '')
        ~ 'from ' ~ mart.relation_name ~ ' as mart'
        ~ (' left join pseudonyms on mart.customer_id = pseudonyms.customer_id'
           if is_pseudonymous and 'customer_id' in mart.columns else ''),
        'comment on table ' ~ name ~ ' is ' ~ quoted(_comment(mart.description))
    ] -%}
    {%- for column in mart.columns.values() -%}
        {%- do statements.append(
            'comment on column ' ~ name ~ '.' ~ column.name ~ ' is '
            ~ quoted(_comment(column.description))
        ) -%}
    {%- endfor -%}
    {%- do return(statements | join(';\n')) -%}
{% endmacro %}

{#- Descriptions speak of the shop's currency, which the analyst's database has a name for. -#}
{% macro _comment(description) %}
    {%- do return(description | trim | replace("the shop's currency", var('currency'))) -%}
{% endmacro %}

{#- Spark's tables are where analysts read them already. -#}
{% macro spark__publish_marts(marts, is_tested) %}
    {%- do log('Built ' ~ marts | length ~ ' marts in schema ' ~ target.schema, info=true) -%}
{% endmacro %}
