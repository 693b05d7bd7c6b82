{#-
    After a whole build in which no test failed: keep the models that it fitted, then publish the
    marts, so that nothing is published that a lost model made. Anything less leaves both as they were.
-#}
{% macro finish_build(results) %}
    {%- if execute and flags.WHICH == 'build' and selected_own_nodes() -%}
        {%- set failed = [] -%}
        {%- set undone = [] -%}
        {%- for result in results if result.node.package_name == 'customer_segments'
            and result.status not in ['success', 'pass', 'warn', 'no-op'] -%}
            {%- if result.status in ['error', 'fail'] -%}
                {%- do failed.append(result.node.name) -%}
            {%- else -%}
                {%- do undone.append(result.node.name) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set why = (
            'failed: ' ~ failed | join(', ') if failed
            else 'a partial build' if undone or not is_whole_build()
            else 'a build of no or some rows' if flags.EMPTY or flags.SAMPLE
        ) -%}
        {%- if why -%}
            {%- set kept = 'The published database is as it was.' if builds_files() else 'No model was kept.' -%}
            {%- do log('Not published: ' ~ why ~ '. ' ~ kept, info=true) -%}
        {%- else -%}
            {%- do keep_models() -%}
            {%- if builds_files() -%}
                {%- do publish_marts() -%}
            {%- else -%}
                {#- They are where analysts read them already. -#}
                {%- set marts = public_marts() -%}
                {%- do log(
                    'Built ' ~ marts | length ~ ' marts in schema ' ~ marts[0].schema, info=true
                ) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
