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
        {%- if failed or missing -%}
            {%- do log(
                'Not published: ' ~ (('failed: ' ~ failed | join(', ')) if failed
                else 'a partial build') ~ '. The published database is as it was.', info=true
            ) -%}
        {%- else -%}
            {{ adapter.dispatch('publish_marts')(marts | sort(attribute='name')) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}

{% macro duckdb__publish_marts(marts) %}
    {%- set published = env_var('SEGMENTS_DATABASE', 'customer_segments.duckdb') -%}
    {%- set new = published ~ '.next' -%}
    {%- do run_query("select remove_file('" ~ new ~ "')") -%}
    {%- do run_query("attach '" ~ new ~ "' as published") -%}
    {%- for mart in marts -%}
        {%- set name = 'published.main.' ~ mart.alias -%}
        {%- do run_query('create table ' ~ name ~ ' as from ' ~ mart.relation_name) -%}
        {%- do run_query(
            'comment on table ' ~ name ~ ' is ' ~ dbt.string_literal(mart.description | replace("'", "''"))
        ) -%}
    {%- endfor -%}
    {%- do run_query('detach published') -%}
    {%- do run_query("select publish_file('" ~ new ~ "', '" ~ published ~ "')") -%}
    {%- do log('Published ' ~ marts | length ~ ' marts to ' ~ published, info=true) -%}
{% endmacro %}
