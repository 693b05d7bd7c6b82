{#-
    After a whole build in which no test failed: keep the models that it fitted, then publish the
    marts, so that nothing is published that a lost model made. Anything less leaves both as they were.
-#}
{% macro finish_build(results) %}
    {%- if execute and flags.WHICH == 'build' -%}
        {%- set failed = [] -%}
        {%- set undone = [] -%}
        {%- for result in results if result.status not in ['success', 'pass', 'warn', 'no-op'] -%}
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
            {%- do log('Not published: ' ~ why ~ '. The published database is as it was.', info=true) -%}
        {%- else -%}
            {%- do keep_models() -%}
            {{ adapter.dispatch('publish_marts')() }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
