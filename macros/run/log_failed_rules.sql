{#-
    dbt says how many rows a failed test returned, and not which. Of `each_row` that is one, whatever
    is broken. What is told is where `make build` and target/run_results.json find it, too.
-#}
{% macro log_failed_rules(results) %}
    {%- for result in results if result.failures and result.node.resource_type == 'test'
        and result.node.package_name == 'customer_segments' -%}
        {%- if (result.node.test_metadata or {'name': none}).name == 'each_row' -%}
            {%- do _tell_broken_rules(result) -%}
        {%- else -%}
            {%- do _tell_found_rows(result) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}

{% macro _tell_broken_rules(result) %}
    {%- set model = graph.nodes.get(result.node.attached_node, {'name': result.node.name}).name -%}
    {%- set broken = [] -%}
    {%- set counts = run_query(result.node.compiled_code) -%}
    {%- for rule in counts.column_names if counts.rows[0][rule] > 0 -%}
        {%- do broken.append(model ~ ': ' ~ counts.rows[0][rule] ~ ' rows break the rule ' ~ rule) -%}
    {%- endfor -%}
    {%- do log(broken | join('\n'), info=true) -%}
    {%- do result.adapter_response.update({'broken_rules': broken}) -%}
{% endmacro %}

{#- Of any other test, the first rows. -#}
{% macro _tell_found_rows(result) %}
    {%- set found = run_query(
        'select * from (\n' ~ result.node.compiled_code ~ '\n) as found limit 5'
    ) -%}
    {%- set rows = [] -%}
    {%- for row in found.rows -%}
        {%- set values = [] -%}
        {%- for name in found.column_names -%}
            {%- do values.append(name ~ ' ' ~ shown(row[name])) -%}
        {%- endfor -%}
        {%- do rows.append(values | join(', ')) -%}
    {%- endfor -%}
    {%- do log(result.node.name ~ ' found ' ~ rows | join('; '), info=true) -%}
    {%- do result.adapter_response.update({'found_rows': rows}) -%}
{% endmacro %}
