{#-
    Behind dim_models, before anything is scored: stops the build, or warns (variable
    stability_severity), when the segments of the model in force do not come back: which axis does
    not, and what helps.
-#}
{% macro check_stability() %}
    {%- if execute and flags.WHICH in ['build', 'run'] -%}
        {%- set means = run_query(
            'select behaviour_stability as behaviour, taste_stability as taste, '
            ~ 'segment_stability as segment from ' ~ this
            ~ ' where is_in_force and segment_stability is not null'
        ).rows | first -%}
        {%- set dissolving = run_query(
            'select feature, value from ' ~ ref('ml_kmeans_parameters') ~ ' where model_version = '
            ~ '(select model_version from ' ~ this ~ " where is_in_force) and axis = 'segment' "
            ~ "and parameter = 'jaccard' and value < " ~ var('segment_jaccard_min') ~ ' order by 1'
        ).rows -%}
        {%- if means and (means.segment < var('stability_min') or dissolving) -%}
            {%- set message = _unstable_text(means, dissolving) -%}
            {%- if var('stability_severity') == 'error' -%}
                {{ exceptions.raise_compiler_error(message) }}
            {%- else -%}
                {{ exceptions.warn(message) }}
            {%- endif -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}

{% macro _unstable_text(means, dissolving) %}
    {%- set weak = 'taste' if means.taste < means.behaviour else 'behaviour' -%}
    {%- set sentences = [
        'Segments do not come back: refits to part of the customers agree by '
        ~ '%.2f' | format(means.segment) ~ ' (adjusted Rand index), stability_min is '
        ~ var('stability_min') ~ '. Behaviours agree by ' ~ '%.2f' | format(means.behaviour)
        ~ ', tastes by ' ~ '%.2f' | format(means.taste) ~ ': it is the ' ~ weak ~ ' axis.'
    ] -%}
    {%- if dissolving -%}
        {%- set named = [] -%}
        {%- for name, jaccard in dissolving -%}
            {%- do named.append(name ~ ' ' ~ '%.2f' | format(jaccard)) -%}
        {%- endfor -%}
        {%- do sentences.append(
            'Of these segments a refit finds less than ' ~ var('segment_jaccard_min')
            ~ ' (Jaccard index, segment_jaccard_min): ' ~ named | join(', ') ~ '.'
        ) -%}
    {%- endif -%}
    {%- do sentences.append(_what_helps(weak)) -%}
    {%- do sentences.append(
        "Or go on with --vars 'stability_severity: warn', and the report says so on top."
    ) -%}
    {%- do return(sentences | join(' ')) -%}
{% endmacro %}

{% macro _what_helps(axis) %}
    {%- set count = var(axis ~ '_cluster_count') -%}
    {%- if axis == 'taste' and count == 'auto' -%}
        {%- do return(
            'taste_cluster_count: 1 leaves tastes out, so that segments are the behaviours.'
        ) -%}
    {%- elif axis == 'taste' -%}
        {%- do return(
            'taste_cluster_count: auto takes as many tastes as come back; where none do it is 1, '
            ~ 'and segments are the behaviours.'
        ) -%}
    {%- elif count == 'auto' -%}
        {%- do return(
            'No number of behaviours within behaviour_cluster_bounds comes back more surely: use '
            ~ 'more customers.'
        ) -%}
    {%- endif -%}
    {%- do return(
        'behaviour_cluster_count: auto takes as many behaviours as come back, of '
        ~ var('behaviour_cluster_bounds') | join(' to ') ~ ' (behaviour_cluster_bounds), or else '
        ~ 'those that come back most.'
    ) -%}
{% endmacro %}
