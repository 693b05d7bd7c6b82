{#-
    Behind rpt_model_stability: stops the build, or warns (variable stability_severity), when the
    segments of the model in force do not come back, and says which.
-#}
{% macro check_stability() %}
    {%- if execute and flags.WHICH in ['build', 'run'] -%}
        {%- set problems = [] -%}
        {%- for row in run_query(
            "select distinct stability_mean from " ~ this ~ " where axis = 'segment'"
        ).rows if row[0] < var('stability_min') -%}
            {%- do problems.append(
                'Segments do not come back: refits to part of the customers agree by '
                ~ '%.2f' | format(row[0]) ~ ' (adjusted Rand index), stability_min is '
                ~ var('stability_min') ~ '.'
            ) -%}
        {%- endfor -%}
        {%- for row in run_query(
            'select cluster_name, jaccard from ' ~ this ~ ' where is_dissolving order by 1'
        ).rows -%}
            {%- do problems.append(
                'Segment ' ~ row[0] ~ ' dissolves: a refit finds ' ~ '%.2f' | format(row[1])
                ~ ' of it (Jaccard index), segment_jaccard_min is '
                ~ var('segment_jaccard_min') ~ '.'
            ) -%}
        {%- endfor -%}
        {%- if problems -%}
            {%- do problems.append(
                'Use more customers or fewer clusters (behaviour_cluster_count and '
                ~ 'taste_cluster_count, which may be auto: as many as come back), or go on with '
                ~ "--vars 'stability_severity: warn'."
            ) -%}
            {%- if var('stability_severity') == 'error' -%}
                {{ exceptions.raise_compiler_error(problems | join(' ')) }}
            {%- else -%}
                {{ exceptions.warn(problems | join(' ')) }}
            {%- endif -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
