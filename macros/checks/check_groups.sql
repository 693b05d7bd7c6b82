{#- Behind dim_models: warns when customers form clearer groups than the behaviours of the model in force. -#}
{% macro check_groups() %}
    {%- if execute and flags.WHICH in ['build', 'run'] -%}
        {%- for row in run_query(
            'select behaviour_inertia_ratio, behaviour_stability, behaviour_plain_stability, '
            ~ 'behaviour_silhouette, behaviour_plain_silhouette from ' ~ this
            ~ ' where is_in_force and has_clearer_groups'
        ).rows -%}
            {{ exceptions.warn(
                'Customers form clearer groups than the behaviours shown, which are quadrants of worth '
                ~ 'and recency: plain KMeans is tighter (inertia over its: ' ~ '%.2f' | format(row[0])
                ~ '), comes back by ' ~ '%.2f' | format(row[2]) ~ ' where the behaviours do by '
                ~ '%.2f' | format(row[1]) ~ ' (adjusted Rand index), and has a silhouette of '
                ~ '%.2f' | format(row[4]) ~ ' where theirs is ' ~ '%.2f' | format(row[3])
                ~ ". --vars 'kmeans_prior: 0' lets go of the quadrants."
            ) }}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
