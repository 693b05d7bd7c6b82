{#- dbt says how many rows a failed test returned: of `each_row` that is one, whatever is broken. -#}
{% macro tell_broken_rules(results) %}
    {%- for result in results
        if result.failures and (result.node.test_metadata or {'name': none}).name == 'each_row' -%}
        {%- set model = graph.nodes.get(result.node.attached_node, {'name': result.node.name}).name -%}
        {%- set broken = [] -%}
        {%- set counts = run_query(result.node.compiled_code) -%}
        {%- for rule in counts.column_names if counts.rows[0][rule] > 0 -%}
            {%- do broken.append(
                model ~ ': ' ~ counts.rows[0][rule] ~ ' rows break the rule ' ~ rule
            ) -%}
        {%- endfor -%}
        {%- do log(broken | join('\n'), info=true) -%}
        {#- Where `make build` and target/run_results.json find them. -#}
        {%- do result.adapter_response.update({'broken_rules': broken}) -%}
    {%- endfor -%}
{% endmacro %}
